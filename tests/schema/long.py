"""All phases of schemathesis over the served API, with many examples and a seed.

python -m tests.schema.long --examples 500 --seed 7
"""

import argparse
import random
import sys

from tests.schema.explore import explore
from tests.served import fresh_database, operator_token, serving

PHASES = ("examples", "coverage", "fuzzing", "stateful")


def main() -> int:
    """Run and print the reports. Return 1 if a fault was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=500, help="for each operation")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    with fresh_database() as url:
        token = operator_token(url)
        with serving(url, threads=2) as server:
            found = explore(server, token, phases=PHASES, max_examples=options.examples, seed=options.seed)
    for exploration in found:
        sys.stdout.write(exploration.report)
    sys.stdout.write(f"seed {options.seed}\n")
    return 0 if all(exploration.passed for exploration in found) else 1


if __name__ == "__main__":
    sys.exit(main())
