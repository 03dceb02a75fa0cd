"""Settings of the JupyterLab that `make lab` opens: the course's own style sheet."""

from pathlib import Path

c = get_config()  # noqa: F821 - traitlets gives it to a file of settings
c.ServerApp.tornado_settings = {
    "static_custom_path": [str(Path(__file__).parent / "custom")]
}
c.LabApp.custom_css = True
