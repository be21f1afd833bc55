"""A headless Chromium, spoken to through a pipe: the DevTools protocol as JSON with a zero byte behind each message. Needs nothing but the browser."""
import base64
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import time


def find_browser():
    found = [shutil.which(name) for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")]
    return next((path for path in found if path), None)


class Browser:
    """One browser with one page. `requests` and `complaints` gather what the page asked of the network and what the console said."""

    def __init__(self, program, folder):
        for_browser, self.out = os.pipe()
        self.inp, of_browser = os.pipe()
        # Above 3 and 4, which a shell makes of them: the browser reads from the one and writes to the other.
        high = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (for_browser, of_browser)]
        arguments = [program, "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--no-first-run", f"--user-data-dir={folder}/profile"]
        self.process = subprocess.Popen(["bash", "-c", f'exec "$@" 3<&{high[0]} 4>&{high[1]}', "browser", *arguments], pass_fds=high, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env={**os.environ, "HOME": folder})
        for each in (for_browser, of_browser, *high):
            os.close(each)
        self.buffer, self.number = b"", 0
        self.requests, self.complaints, self.loaded = [], [], False
        target = self.call("Target.createTarget", {"url": "about:blank"}, session=None)["targetId"]
        self.session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True}, session=None)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    session = None

    def call(self, method, parameters=None, session=True, timeout=60):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + timeout
        while True:
            answer = self.read(end)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def read(self, end):
        """The next message; events are taken note of on the way."""
        while b"\0" not in self.buffer:
            if not select.select([self.inp], [], [], max(0, end - time.monotonic()))[0]:
                raise RuntimeError("the browser doesn't answer")
            more = os.read(self.inp, 1 << 20)
            if not more:
                raise RuntimeError("the browser is gone")
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        event = json.loads(message)
        self.note(event.get("method"), event.get("params", {}))
        return event

    def note(self, method, parameters):
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.consoleAPICalled" or method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(parameters))
        elif method == "Log.entryAdded":
            self.complaints.append(parameters["entry"]["text"])
        elif method == "Page.loadEventFired":
            self.loaded = True

    def open(self, url):
        self.loaded = False
        self.requests, self.complaints = [], []
        self.call("Page.navigate", {"url": url})
        end = time.monotonic() + 60
        while not self.loaded:
            self.read(end)

    def look(self, width, scheme, height=900):
        self.call("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.call("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"]))
        return result["result"].get("value")

    def picture(self, whole=True):
        return base64.b64decode(self.call("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})["data"])

    def press(self, key, code=9):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, **({"text": "\r"} if key == "Enter" and kind == "keyDown" else {})})

    def close(self):
        try:
            self.call("Browser.close", session=None, timeout=5)
        except (RuntimeError, OSError):
            pass
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.inp)
        os.close(self.out)
