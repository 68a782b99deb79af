"""`python -m walletwatch.chain`: commands that look at the chain's data."""

import sys

from walletwatch.commandline.decode import main

if __name__ == "__main__":
    sys.exit(main())
