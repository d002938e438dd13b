"""Ways out of the installation: mail and the robot of a WeCom or DingTalk group. Off until an administrator lists the hosts.

Only counts and a link leave, never a name of a firm, a unit's work or a person.
"""

from urllib.parse import urlsplit

import structlog
from flask import current_app

log = structlog.get_logger("notices")
# Where these kinds of address lead; any other kind names its host itself.
_HOSTS = {"wecombot": "qyapi.weixin.qq.com", "dingtalk": "oapi.dingtalk.com"}


def allowed(address: str) -> bool:
    """Say whether an address leads to a host that the administrator has listed."""
    listed = {host.strip().lower() for host in str(current_app.config["NOTICE_HOSTS"]).split(",") if host.strip()}
    parts = urlsplit(address)
    host = _HOSTS.get(parts.scheme.lower()) or (parts.hostname or "")
    return bool(host) and host.lower() in listed


def mail_on() -> bool:
    """Say whether the installation sends mail."""
    address = str(current_app.config["NOTICE_MAIL"])
    return bool(address) and allowed(address)


def mail_address(mail: str) -> str | None:
    """Return the address of a person's mail, or None while mail is off."""
    if not mail or not mail_on():
        return None
    return str(current_app.config["NOTICE_MAIL"]).replace("{to}", mail)


def robots() -> dict[str, str]:
    """Return the robots by the code of their unit: ``CODE=address``, several with spaces between."""
    pairs = (part.partition("=") for part in str(current_app.config["NOTICE_ROBOTS"]).split())
    return {code: address for code, _sign, address in pairs if address and allowed(address)}


def send(address: str, title: str, text: str) -> bool:
    """Send one message; a failure is logged without the address, which holds a secret, and never raised."""
    if not allowed(address):
        return False
    from apprise import Apprise, AppriseAsset  # a second to load, and only the job of those who switched it on needs it

    try:
        out = Apprise(asset=AppriseAsset(http_redirects=False))  # nowhere past the hosts that are listed
        sent = bool(out.add(address)) and bool(out.notify(title=title, body=text))
    except Exception as error:  # a service that is down must not end the job for everybody else
        log.warning("notice not sent", kind=type(error).__name__)
        return False
    if not sent:
        log.warning("notice not sent", kind="refused")
    return sent
