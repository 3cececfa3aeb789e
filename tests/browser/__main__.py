"""Visit every page of the admin in Chromium, wide and on a phone, instead of the sample of `make test`.

python -m tests.browser
"""

import os
import sys

import pytest

if __name__ == "__main__":
    os.environ["CRAWL"] = "all"
    sys.exit(pytest.main(["tests/browser"]))
