"""The web process: pages and calls, live sockets, and the listener for the worker's events.

Served by uvicorn: ``uvicorn config.asgi:application --app-dir platform``.
"""

import logging
import os
import sys
from pathlib import Path
from typing import Any

_APPS = str(Path(__file__).resolve().parent.parent)
if _APPS not in sys.path:
    sys.path.insert(0, _APPS)
_ROOT = str(Path(__file__).resolve().parent.parent.parent)
if _ROOT not in sys.path:
    sys.path.insert(1, _ROOT)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup(set_prefix=False)  # before anything imports a model

from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from config.body_guard import SMALL_BYTES, BodyGuard, limits  # noqa: E402
from config.folders import make_folders  # noqa: E402
from config.live_bodies import StreamingHandler  # noqa: E402
from config.sockets import live  # noqa: E402

logger = logging.getLogger(__name__)


async def _lifespan(scope: Any, receive: Any, send: Any) -> None:
    """Start and stop with the server. A socket that cannot be made costs the live updates, not the site."""
    layer = get_channel_layer()
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            make_folders()
            try:
                if hasattr(layer, "serve"):
                    await layer.serve()
            except OSError:
                logger.exception("boards will not move by themselves: the live socket cannot be made")
            await send({"type": "lifespan.startup.complete"})
        else:
            if layer is not None:
                await layer.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


_limit_of = limits(settings.CHECKPOINT_LIMIT_BYTES, settings.UPLOAD_LIMIT_BYTES)
_pages = StreamingHandler(lambda path: _limit_of(path) > SMALL_BYTES)
application = BodyGuard(
    ProtocolTypeRouter({"http": _pages, "websocket": live(), "lifespan": _lifespan}),
    _limit_of,
)
