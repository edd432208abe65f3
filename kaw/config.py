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
