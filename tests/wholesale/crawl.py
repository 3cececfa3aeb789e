"""Crawl the admin with every hostile value instead of the sample of `make test`.

python -m tests.wholesale.crawl
"""

import os
import sys

import pytest

if __name__ == "__main__":
    os.environ["CRAWL"] = "all"
    sys.exit(pytest.main(["tests/wholesale/test_admin_crawl.py"]))
