"""Settings an installation needs before there is a database: ``KAW_*`` variables or a ``.env`` file.

Everything an administrator changes while KAW runs is in ``services/settings.py`` instead. Each variable is described
in docs/deployment.md; a test fails on one that is not.
"""

from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Config(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="KAW_", env_file=".env", extra="ignore")

    host: str = Field("0.0.0.0", description="Address to listen on")  # noqa: S104 - a server for a whole office
    port: int = Field(8080, ge=1, le=65535, description="Port to listen on")
    tls_cert: str = Field("", description="File of KAW's certificate (PEM, with those that vouch for it); empty: HTTP")
    tls_key: str = Field("", description="File of that certificate's key (PEM, without a password)")
    data_dir: Path = Field(Path("data"), description="Directory of the SQLite file, uploads and keys")
    database_url: str = Field(
        "", description="SQLAlchemy URL of a MySQL/MariaDB database; empty: SQLite in the data directory"
    )
    redis_url: str = Field("", description="Redis that connects several KAW processes; empty: a single process")
    admin_password: SecretStr = Field(
        SecretStr(""), description="Password of the first administrator; empty: a one-time password is printed"
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Key that encrypts stored secrets; empty: made and kept in the data directory"
    )
    language: str = Field("ru", pattern="^(ru|en)$", description="Language of the sign-in page and of new users")
    session_days: int = Field(14, ge=1, le=365, description="Days after which an unused session ends")
    trusted_proxies: str = Field(
        "",
        description="Addresses, comma separated, of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed",
    )
    pbx_host: str | None = Field(None, description="PBX: address of the manager interface (AMI); empty: none")
    pbx_port: int | None = Field(None, description="PBX: port of the manager interface")
    pbx_tls: bool | None = Field(None, description="PBX: manager interface over TLS")
    pbx_tls_ca: str | None = Field(None, description="PBX: file of who signed its certificate; empty: the usual ones")
    pbx_user: str | None = Field(None, description="PBX: user of the manager interface")
    pbx_secret: SecretStr | None = Field(None, description="PBX: password of that user")
    pbx_interface: str | None = Field(None, description="PBX: phone of an internal number, such as PJSIP/{extension}")
    pbx_dial_context: str | None = Field(None, description="PBX: context operators dial in")
    pbx_transfer_context: str | None = Field(None, description="PBX: context calls are transferred in")
    pbx_listen_context: str | None = Field(None, description="PBX: context of ChanSpy, for supervisors")
    pbx_trunks: str | None = Field(None, description="PBX: endpoints of lines outside, comma separated")
    pbx_own_numbers: str | None = Field(None, description="PBX: the company's own numbers, comma separated")
    pbx_time_zone: str | None = Field(None, description="PBX: its time zone, as the CDR is written")
    pbx_queue_log: str | None = Field(None, description="PBX: queue log, a file or a database address with #table")
    pbx_cdr: str | None = Field(None, description="PBX: CDR, a csv file or a database address with #table")
    pbx_recordings: str | None = Field(None, description="PBX: recordings, a directory or an http(s) address")
    pbx_recordings_user: str | None = Field(None, description="PBX: user of that address")
    pbx_recordings_secret: SecretStr | None = Field(None, description="PBX: password of that user")
    pbx_journal_days: int | None = Field(None, description="PBX: days its raw events are kept")
    pbx_ws_url: str | None = Field(None, description="Softphone: WebSocket address of the PBX, wss://…")
    pbx_sip_domain: str | None = Field(None, description="Softphone: SIP domain; empty: the host of that address")
    pbx_sip_realm: str | None = Field(None, description="Softphone: realm of SIP passwords; empty: the domain")
    pbx_stun: str | None = Field(None, description="Softphone: STUN server, stun:host:port")
    pbx_turn: str | None = Field(None, description="Softphone: TURN server, turn:host:port")
    pbx_turn_user: str | None = Field(None, description="Softphone: user of TURN; empty: time-limited ones are made")
    pbx_turn_secret: SecretStr | None = Field(None, description="Softphone: password or shared secret of TURN")
    demo_calls: bool = Field(True, description="Demonstration: a living call centre")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much KAW logs")

    @property
    def sqlalchemy_url(self) -> str:
        """The database this installation uses."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{(self.data_dir / 'kaw.sqlite').absolute()}"

    @property
    def files_dir(self) -> Path:
        """Directory of attachments."""
        return self.data_dir / "files"


@cache
def config() -> Config:
    """The settings of this process, read once."""
    return Config()
