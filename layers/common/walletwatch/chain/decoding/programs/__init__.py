"""One module for each program or protocol: the layouts of its instructions. `registry` names them all."""
