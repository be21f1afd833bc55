"""Makes a failing pair of states smaller while it goes on failing in the same way."""
import copy


def without(pair, uids):
    first, second = (each.copy() for each in pair)
    for state in (first, second):
        for uid in uids:
            state.drop(uid)
    return first, second


def without_change(pair, uid):
    """The object as it was before, when both states have it."""
    first, second = pair[0], pair[1].copy()
    if uid not in first.objects or uid not in second.objects:
        return None
    old, new = first.objects[uid], second.objects[uid]
    if vars(old) == vars(new) or any(each not in second.objects for each in references(old)):
        return None
    second.objects[uid] = copy.deepcopy(old)
    return first, second


def plainer(pair, uid):
    """Without comment, owner and grants."""
    first, second = (each.copy() for each in pair)
    found = [state.objects[uid] for state in (first, second) if uid in state.objects]
    if not any(each.comment or each.owner or each.grants for each in found):
        return None
    for each in found:
        each.comment, each.owner, each.grants = None, None, []
    return first, second


def references(each):
    from fuzz.model import refs_in
    return list(refs_in(each.attributes))


def shrink(pair, fails, tries):
    """fails(pair) says whether it still fails so. At most `tries` runs."""
    uids = sorted(set(pair[0].objects) | set(pair[1].objects), reverse=True)
    half = uids
    candidates = []
    while len(half) > 2:    # big pieces first
        size = len(half) // 2
        candidates += [("drop", half[:size])]
        half = half[:size]
    candidates += [("drop", [uid]) for uid in uids] + [("same", uid) for uid in uids] + [("plain", uid) for uid in uids]
    for what, which in candidates:
        smaller = without(pair, which) if what == "drop" else without_change(pair, which) if what == "same" else plainer(pair, which)
        if smaller is None or (what == "drop" and all(set(a.objects) == set(b.objects) for a, b in zip(smaller, pair))):
            continue
        if tries <= 0:
            break
        tries -= 1
        if fails(smaller):
            pair = smaller
    return pair
