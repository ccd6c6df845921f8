"""Keeps a crawl off private networks: no host is read whose address is not public, wherever a link, a redirect or a name server points."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer
from twisted.internet.defer import Deferred


class PrivateAddressError(Exception):
    """A host that is not on the public internet."""


def is_public(address: str) -> bool:
    """Whether an IP address may be asked; an IPv6 address that carries an IPv4 one counts as that one."""
    try:
        ip = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


def is_literal(host: str) -> bool:
    """Whether a host is given as an IP address, in any way of writing that a system takes for one (``127.1``, ``0x7f000001``)."""
    try:
        socket.inet_pton(socket.AF_INET6, host.strip("[]"))
    except OSError:
        try:
            socket.inet_aton(host)
        except OSError:
            return False
    return True


class PublicResolver(CachingThreadedResolver):
    """Looks names up for the crawl, and fails for those that lead into a private network. The address found is the one connected to."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        """The address of a name; fails with ``PrivateAddressError`` if it is not public."""
        if is_literal(name) and not is_public(name):
            return defer.fail(PrivateAddressError(f"{name} is not on the public internet"))
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._public, name)

    @staticmethod
    def _public(address: str, name: str) -> str:
        if not is_public(address):
            raise PrivateAddressError(f"{name} leads to {address}, which is not on the public internet")
        return address


