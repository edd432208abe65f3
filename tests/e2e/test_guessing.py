"""Guessing passwords over the wire: what a real KAW process believes about where a request comes from (R5.1)."""

import httpx

from tests.e2e.conftest import Server


# threats.md: a forged X-Forwarded-For changes nothing, not even from this very machine
def test_a_forged_address_does_not_help(server: Server) -> None:
    server.environment["KAW_ADMIN_PASSWORD"] = "long-word-17"
    server.start()
    with httpx.Client(base_url=server.url) as browser:
        for number in range(21):
            answer = browser.post(
                "/login",
                data={"login": f"guess{number}", "password": "wrong"},
                headers={"X-Forwarded-For": f"203.0.113.{number}", "X-Forwarded-Proto": "https"},
            )
        assert "wait=" in answer.headers["location"]
    assert "long-word-17" not in server.log


# R5.3, threats.md: secrets in logs
def test_a_one_time_password_is_shown_once(server: Server) -> None:
    server.start()
    password = server.one_time_password()
    with httpx.Client(base_url=server.url) as browser:
        answer = browser.post("/login", data={"login": "admin", "password": password})
        assert answer.headers["location"] == "/password"
        assert "secure" not in answer.headers["set-cookie"].lower()
        new = {"new_password": "another-word-2", "repeated": "another-word-2"}
        assert browser.post("/password", data=new).headers["location"] == "/"
        assert browser.get("/").status_code == 200
    assert server.log.count(password) == 1  # shown once, in the frame
    assert "another-word-2" not in server.log
