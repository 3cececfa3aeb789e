"""tmp"""


def environment(request):
    return None


def navigation(request):
    return []
