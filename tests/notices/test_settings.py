"""How people hear of things: by topic, once a day, and what leaves the installation; on both databases."""

import email.policy
import http.server
import json
import socketserver
import threading
from datetime import timedelta

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.wecombot import NotifyWeComBot
from sqlalchemy import select

from crm.core.errors import Invalid, Stale
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.notices import digest, queries, sending, service, settings, topics
from crm.notices.models import Notice, Topic, Way
from tests.factories import make_actor, make_user

FIRM = "苏州绎衡传动科技有限公司"


def say(actor: object, kind: str, subject: str = "aaaaaaaaaa", period: str = "") -> int:
    """A notice to one person."""
    return service.notify([actor.user_id], kind, "claim", subject, text=FIRM, url="/claims/", period=period)  # type: ignore[attr-defined]


def told(actor: object, kind: str) -> list[Notice]:
    """The notices of a kind."""
    return list(db.session.scalars(select(Notice).where(queries.visible_to(actor), Notice.kind == kind)))  # type: ignore[arg-type]


def test_a_topic_comes_at_once_by_the_digest_or_not_at_all(store):
    one, other = make_actor(), make_actor()
    assert topics.of("claim.running_out") is Topic.CLOCK and topics.of("claim.rejected") is Topic.OUTCOME
    assert topics.of("case.step") is Topic.CASE and topics.of("nobody.knows") is Topic.OTHER
    ways = {Topic.CLOCK: Way.OFF, Topic.OUTCOME: Way.DIGEST}
    settings.save(one, ways, digest=True, mail="", version="0")

    for kind, quiet in (("claim.running_out", None), ("claim.rejected", True), ("claim.filed", False)):
        assert say(one, kind) == (quiet is not None)
        assert [row.quiet for row in told(one, kind)] == ([] if quiet is None else [quiet])
        assert say(other, kind) == 1
    assert db.session.scalar(queries._unread(one)) == 1
    assert db.session.scalar(queries._unread(other)) == 3


def test_choices_are_checked_and_two_windows_do_not_overwrite_each_other(store):
    one = make_actor()
    for values, error, field in (
        ({"ways": {Topic.DUTY: Way.OFF}}, Invalid, "duty"),
        ({"mail": "nobody"}, Invalid, "mail"),
        ({"mail": "a@b.cn&to=x@y.cn"}, Invalid, "mail"),
        ({"version": "7"}, Stale, None),
    ):
        given = {"ways": {}, "digest": True, "mail": "", "version": "0", **values}
        with pytest.raises(error) as caught:
            settings.save(one, given.pop("ways"), **given)
        assert caught.value.field == field
    settings.save(one, {Topic.CASE: Way.DIGEST}, digest=False, mail="a@example.com", version="0")
    chosen, profile = settings.of(one)
    assert chosen[Topic.CASE] is Way.DIGEST and chosen[Topic.DUTY] is Way.NOW
    assert (profile.digest, profile.mail, profile.version) == (False, "a@example.com", 1)


def test_the_digest_counts_what_is_unread_once_a_day_and_says_no_name(store):
    one, silent, idle = make_actor(), make_actor(), make_actor()
    settings.save(silent, {}, digest=False, mail="", version="0")
    with clock.at(clock.now() - timedelta(days=2)):
        say(one, "claim.rejected", "bbbbbbbbbb")
    for n in range(3):
        say(one, "claim.filed", period=str(n))
    say(one, "claim.running_out")
    say(silent, "claim.filed")

    assert digest.send_all() == 1
    assert digest.send_all() == 0
    [notice] = told(one, "digest")
    assert "4 条" in notice.text and "3" in notice.text and FIRM not in notice.text
    assert told(silent, "digest") == told(idle, "digest") == []
    with clock.at(clock.now() + timedelta(days=1, hours=1)):
        assert digest.send_all() == 0  # nothing new came


def test_mail_and_robots_are_off_until_hosts_are_listed_and_carry_counts_only(store, app, monkeypatch):
    one = make_actor()
    settings.save(one, {}, digest=True, mail="a@example.com", version="0")
    say(one, "claim.filed")
    sent = []
    monkeypatch.setattr(sending, "send", lambda address, title, text: sent.append((address, title, text)) or True)
    code = db.session.get(type(_org(one)), one.org_id).code
    ways = {
        "NOTICE_MAIL": "mailtos://u:p@smtp.example.com?to={to}",
        "NOTICE_ROBOTS": f"{code}=wecombot://key",
        "PUBLIC_URL": "https://zs.example.cn",
    }
    for name, value in ways.items():
        monkeypatch.setitem(app.config, name, value)
    digest.send_all()
    assert sent == []  # no host is listed
    monkeypatch.setitem(app.config, "NOTICE_HOSTS", "smtp.example.com, qyapi.weixin.qq.com")
    with clock.at(clock.now() + timedelta(days=1)):
        say(one, "claim.filed", "cccccccccc")
        digest.send_all()
        digest.send_all()

    assert [address for address, _title, _text in sent] == [
        "mailtos://u:p@smtp.example.com?to=a@example.com",
        "wecombot://key",
    ]
    for _address, title, text in sent:
        assert FIRM not in text + title and "https://zs.example.cn/notices/" in text


@pytest.fixture
def service_of_robots():
    """A web service of this machine that keeps what is posted: ``(host and port, posts)``; /down answers with an error."""
    posts: list[dict[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))) | {"path": self.path})
            self.send_response(503 if self.path.startswith("/down") else 200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", posts
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_leaves_by_the_library_is_counts_and_a_link(sqlite, context, app, monkeypatch, service_of_robots):
    host, posts = service_of_robots
    one, other = make_actor(), make_actor()
    code, down = (_org(actor).code for actor in (one, other))
    for actor in (one, other):
        say(actor, "claim.filed")
    settings.save(one, {}, digest=True, mail="a@example.com", version="0")
    values = {
        "NOTICE_MAIL": f"json://{host}/mail?:to={{to}}",
        "NOTICE_ROBOTS": f"{code}=json://{host}/robot {down}=json://{host}/down",
        "PUBLIC_URL": "https://zs.example.cn",
    }
    for name, value in values.items():
        monkeypatch.setitem(app.config, name, value)

    assert sending.send(f"json://{host}/robot", "标题", "正文") is False and posts == []  # off: no host is listed
    monkeypatch.setitem(app.config, "NOTICE_HOSTS", "127.0.0.1")
    assert digest.send_all() == 2

    assert sorted(post["path"].partition("?")[0] for post in posts) == ["/down", "/mail", "/robot"]
    for post in posts:
        said = post["title"] + post["message"]
        assert "1 条" in said and "https://zs.example.cn/notices/" in said and FIRM not in said
    assert digest.send_all() == 0 and len(posts) == 3  # once a day, also for a service that was down


class Letters(socketserver.StreamRequestHandler):
    """A mail service that takes everything; ``letters`` of its server keeps who it is for and what it says."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        to, said = [], b""
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while (part := self.rfile.readline()) != b".\r\n":
                    said += part
                self.server.letters.append((to, email.message_from_bytes(said, policy=email.policy.default)))
            elif word == b"RCPT":
                to.append(line.decode().strip())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def service_of_mail():
    """``(host and port, letters)`` of a mail service of this machine."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Letters) as server:
        server.letters, server.daemon_threads = [], True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", server.letters
        server.shutdown()


def test_mail_and_the_robots_of_wecom_and_dingtalk_get_counts_and_a_link(
    sqlite, context, app, monkeypatch, service_of_robots, service_of_mail
):
    (host, posts), (mail_host, letters) = service_of_robots, service_of_mail
    # Both robots live at one address of the world; here it is a service of this machine.
    monkeypatch.setattr(NotifyWeComBot, "notify_url", f"http://{host}/wecom?key={{key}}")
    monkeypatch.setattr(NotifyDingTalk, "notify_url", f"http://{host}/dingtalk?access_token={{token}}")
    one, other = make_actor(), make_actor()
    for actor in (one, other):
        say(actor, "claim.filed")
        say(actor, "case.step")
    settings.save(one, {}, digest=True, mail="a@example.com", version="0")
    values = {
        "NOTICE_HOSTS": "127.0.0.1, qyapi.weixin.qq.com, oapi.dingtalk.com",
        "NOTICE_MAIL": f"mailto://{mail_host}/?from=crm@example.com&to={{to}}&mode=insecure",
        "NOTICE_ROBOTS": f"{_org(one).code}=wecombot://{'k' * 36} {_org(other).code}=dingtalk://{'t' * 40}",
        "PUBLIC_URL": "https://zs.example.cn",
    }
    for name, value in values.items():
        monkeypatch.setitem(app.config, name, value)

    assert digest.send_all() == 2

    ((to, letter),) = letters
    assert to == ["RCPT TO:<a@example.com>"] or "a@example.com" in to[0]
    wecom, dingtalk = sorted(posts, key=lambda post: post["path"], reverse=True)
    assert wecom["path"].startswith("/wecom?key=k") and dingtalk["path"].startswith("/dingtalk?access_token=t")
    written = letter.get_body(("html", "plain")).get_content()
    for said in (written, wecom["text"]["content"], dingtalk["text"]["content"]):
        assert "2 条未读通知" in said and "https://zs.example.cn/notices/" in said and FIRM not in said
    assert FIRM not in str(letter["subject"]) and one.name not in written


def _org(actor: object) -> object:
    from crm.accounts.models import Org

    return db.session.get(Org, actor.org_id)  # type: ignore[attr-defined]


def test_the_page_of_settings(sign_in, context):
    client = sign_in(make_user(roles=(Role.OFFICER,)))
    fields = {topic.value: "now" for topic in Topic}
    assert "通知设置" in client.get("/notices/").text
    assert "不通知" in client.get("/notices/settings").text
    bad = client.post("/notices/settings", data={**fields, "mail": "nobody", "version": "0"})
    assert bad.status_code == 422 and "nobody" in bad.text
    assert client.post("/notices/settings", data={**fields, "duty": "off", "version": "0"}).status_code == 422
    good = {**fields, "clock": "digest", "digest": "y", "version": "0"}
    assert client.post("/notices/settings", data=good).status_code == 303
    assert client.post("/notices/settings", data=good).status_code == 409
    assert client.get("/notices/settings").text.count("selected") >= 6
