"""Every kind in compiler/kinds/kinds.def has cases that create, alter and drop it."""
import os
import re

# A case counts by its folder's name. What a kind can't have is said here, with the reason.
CREATES = re.compile(r"create|add|appears|serial_|partition_|inline|grants")
DROPS = re.compile(r"drop|detach|outlives|remove|_off")
EXCEPTIONS = {}


def kinds(root):
    with open(os.path.join(root, "compiler", "kinds", "kinds.def")) as file:
        return re.findall(r'^KIND\(\w+, \w+, "([^"]+)"\)', file.read(), re.MULTILINE)


def missing_cases(root):
    """kind -> what it has no case for."""
    result = {}
    for kind in kinds(root):
        folder = os.path.join(root, "testdata", "kinds", kind.replace(" ", "_"))
        cases = os.listdir(folder) if os.path.isdir(folder) else []
        has = {
            "that creates it": any(CREATES.search(case) for case in cases),
            "that drops it": any(DROPS.search(case) for case in cases),
            "that alters it": any(not re.fullmatch(r"create(_\w+)?|drop(_\w+)?", case) for case in cases),
        }
        result[kind] = [need for need, met in has.items() if not met and (kind, need) not in EXCEPTIONS]
    return result
