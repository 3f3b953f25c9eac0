"""A kernel's greeting that was lost is asked for again."""

from __future__ import annotations

import pytest
from nbpoints.kernels import jupyter_kernel
from toy_project import Project

pytestmark = pytest.mark.slow


def test_a_lost_welcome_is_asked_for_again(tmp_path, monkeypatch):
    """Without it a point would wait a minute and then count as died."""
    lost = []
    take = jupyter_kernel.AsyncKernelClient.get_iopub_msg

    async def losing(client, *arguments, **keywords):
        message = await take(client, *arguments, **keywords)
        if message["msg_type"] == "iopub_welcome" and not lost:
            lost.append(message)
            return await take(client, *arguments, **keywords)
        return message

    monkeypatch.setattr(jupyter_kernel.Client, "get_iopub_msg", losing, raising=False)
    monkeypatch.setattr(jupyter_kernel, "_ASK_AGAIN_S", 1)
    project = Project(tmp_path)
    project.write("light", "print(n)")
    status, told = project.run(project.point("light"))
    assert status == 0, told
    assert lost
    assert project.printed(project.point("light")) == "1\n"
