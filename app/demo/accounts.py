"""Who can sign in to the demo, and with what."""

from app.demo.firms import FIRMS
from app.transport.playground import DemoAccount

PASSWORD = "bienvenue-au-guichet"  # noqa: S105 (public: it opens nothing but invented data)

ACCOUNTS: tuple[DemoAccount, ...] = tuple(
    DemoAccount(role=lead.label, login=lead.login, password=PASSWORD, workspace=firm.name)
    for firm in FIRMS
    for lead in firm.leads
)
