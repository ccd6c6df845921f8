"""Serves the site with gunicorn: the release is loaded once, before the processes part, so that they share its memory."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from bot.records import Channel
from indexer.errors import ConfigError
from web.settings import WebSettings, load_web_settings

if TYPE_CHECKING:
    from flask import Flask


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn around one app, with its options given as keywords rather than read from files or arguments."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Set the options that this version of gunicorn knows."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The app, already made."""
        return self._app


def serve(config: Path | None = None) -> None:
    """Serve until stopped.

    Raises:
        WaymarkError: before anything listens, where a setting is wrong or there is no usable release.
    """
    settings = load_web_settings(config)
    where = address(settings)
    shared = tempfile.mkdtemp(prefix="waymark-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = shared  # read when prometheus_client is first imported, just below
    try:
        from web import logs
        from web.app import create_app, open_live

        app = create_app(settings, open_live(config), config)
        app.extensions["waymark"].directory()  # made before the processes part, so that they share it
        for template in app.jinja_env.list_templates(extensions=["html"]):
            if "/" not in template:  # and our own pages, for the same reason
                app.jinja_env.get_template(template)
        logs.set_up()
        Server(app, options(settings, where, app)).run()
    finally:
        shutil.rmtree(shared, ignore_errors=True)


def address(settings: WebSettings) -> str:
    """Where to listen: HOST and PORT of the environment win over the settings.

    Raises:
        ConfigError: if PORT is not a port.
    """
    port = os.environ.get("PORT") or str(settings.port)
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ConfigError("PORT must be a number from 1 to 65535")
    host = os.environ.get("HOST") or settings.host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def options(settings: WebSettings, where: str, app: Flask) -> dict[str, Any]:
    """gunicorn's options. Forwarded headers are left to the app, which believes only the proxies it was told of."""
    from prometheus_client.multiprocess import mark_process_dead

    def post_fork(_server: Any, _worker: Any) -> None:
        app.extensions["waymark"].database.forget_connections()

    def post_worker_init(_worker: Any) -> None:
        # What the engine loads on first use is loaded before anyone waits for it.
        for question in ("my 3 year old isnt talking", "gdzie mogę dostać pomoc"):
            app.extensions["waymark"].live.current().reply([question], Channel.WEB)
        app.extensions["waymark"].asked.start()
        app.extensions["waymark"].dispatch.start()
        app.extensions["waymark.foreman"].start()

    def worker_exit(_server: Any, _worker: Any) -> None:
        app.extensions["waymark"].asked.stop()

    def child_exit(_server: Any, worker: Any) -> None:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]

    def when_ready(_server: Any) -> None:
        print(f"{settings.service_name} answers at http://{where}", flush=True)

    return {
        "bind": where,
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "gthread",
        "timeout": settings.timeout_seconds,
        "graceful_timeout": 20,
        "preload_app": True,
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108 - memory, so that a slow disk stops no process
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
        "control_socket_disable": True,
        "loglevel": "warning",
        "logconfig_dict": {
            "version": 1,
            "disable_existing_loggers": False,
            "loggers": {"gunicorn.error": {"level": "WARNING", "handlers": [], "propagate": True}},
            "root": {"level": "WARNING", "handlers": ["json"]},
            "handlers": {"json": {"class": "logging.StreamHandler", "formatter": "json"}},
            "formatters": {"json": {"()": "web.logs.JsonFormatter"}},
        },
        "post_fork": post_fork,
        "post_worker_init": post_worker_init,
        "worker_exit": worker_exit,
        "child_exit": child_exit,
        "when_ready": when_ready,
    }
