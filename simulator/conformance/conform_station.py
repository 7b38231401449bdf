"""placeholder"""

EXAMPLES = ""


def add_arguments(v):
    pass


def run(a):
    return 0
