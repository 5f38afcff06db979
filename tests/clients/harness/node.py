"""A scenario of one of the scripts in `js/`, run by node."""

import json
import pathlib
import subprocess

SCRIPTS = pathlib.Path(__file__).parents[1] / "js"


def scenario(script: str, name: str, cloud, account: str, node_modules, **extra: str):
    """What the scenario saw; the stock packages are those of `node_modules`."""
    environment = {**cloud.environment(account), "NODE_PATH": str(node_modules), **extra}
    done = subprocess.run(["node", str(SCRIPTS / script), name], env=environment, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
