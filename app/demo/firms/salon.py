"""A salon with two houses: bookings, and staff who carry them out themselves."""

from app.demo.firm import Client, Crew, Firm, Lead, Place, Remarks, Text, Topic
from app.models.request import RequestKind

T, BOOKING = Text, RequestKind.BOOKING
HAIR, COLOR, BEAUTY, BARBER = "Coiffure", "Coloration", "Esthétique", "Barbier"

SITES = (
    Place("Miroisel Plateau", "4410, rue des Glaïeuls, Montréal"),
    Place("Miroisel Verdun", "61, rue du Canal-Vert, Montréal"),
)
CLIENTS = (
    Client("Clientèle du Plateau", "plateau.example.org", 16, (0,)),
    Client("Clientèle de Verdun", "verdun.example.org", 12, (1,)),
    Client("Théâtre des Trois-Paravents", "troisparavents.example.org", 3, (0, 1), ("Maquillage", "Costumes")),
    Client("Noces Pivoine-Bleue", "pivoinebleue.example.org", 2, (0,)),
)
CREWS = (
    Crew("STAFF", 4, HAIR, 1, boxes=((), ("CLIENT_LIST",), (), ("ALL_BOOKINGS", "CLIENT_LIST"))),
    Crew("STAFF", 2, COLOR, 1),
    Crew("STAFF", 2, BEAUTY, 1, boxes=(("CLIENT_LIST",), ())),
    Crew("STAFF", 2, BARBER, 1),
)
LEADS = (
    Lead("Administrator", "ADMIN", "Philippine", "Desormeaux-Lys", "philippine@miroisel.example.net"),
    Lead("Manager", "MANAGER", "Octave", "Bellerive", "octave@miroisel.example.net", sites=(0, 1)),
    Lead("Staff", "STAFF", "Léonie", "Aubertin", "leonie@miroisel.example.net", trade=HAIR, sites=(0,)),
    Lead(
        "Staff, all bookings",
        "STAFF",
        "Kenza",
        "Belhadri",
        "kenza@miroisel.example.net",
        trade=COLOR,
        sites=(0, 1),
        boxes=("ALL_BOOKINGS", "CLIENT_LIST"),
    ),
    Lead(
        "Staff, full business",
        "STAFF",
        "Gaspard",
        "Montfleuri",
        "gaspard@miroisel.example.net",
        trade=BARBER,
        boxes=("BUSINESS",),
    ),
    Lead("Client contact", "CONTACT", "Apolline", "Duvernet", "apolline@plateau.example.org", client=0),
)
SLOTS = {
    "length": (
        T("cheveux courts", "short hair"),
        T("cheveux mi-longs", "medium hair"),
        T("cheveux longs", "long hair"),
    ),
    "tone": (T("miel", "honey"), T("cuivré", "copper"), T("châtain", "chestnut"), T("blond froid", "cool blonde")),
    "wish": (
        T("Préfère le silence.", "Prefers a quiet visit."),
        T("Café noir, merci.", "Black coffee, please."),
        T("Vient avec un enfant.", "Comes with a child."),
        T("Première visite.", "First visit."),
    ),
}


def _topic(trade: str, title: Text, minutes: int, *details: Text) -> Topic:
    return Topic(trade, title, details, minutes, 0, BOOKING)


WISH = T("{wish}", "{wish}")
TOPICS = (
    _topic(HAIR, T("Coupe et coiffage – {length}", "Cut and styling – {length}"), 60, WISH),
    _topic(HAIR, T("Brushing – {length}", "Blow-dry – {length}"), 30, WISH),
    _topic(
        HAIR, T("Coupe enfant", "Child's cut"), 30, T("Six ans, bouge beaucoup.", "Six years old, fidgets a lot.")
    ),
    _topic(HAIR, T("Chignon de mariée, essai", "Bridal updo, trial"), 90, T("Apporte le voile.", "Brings the veil.")),
    _topic(
        COLOR,
        T("Coloration – {tone}", "Colouring – {tone}"),
        120,
        WISH,
        T("Allergie: test fait.", "Allergy test done."),
    ),
    _topic(COLOR, T("Balayage {tone} – {length}", "Balayage {tone} – {length}"), 150, WISH),
    _topic(
        COLOR, T("Retouche des racines", "Root touch-up"), 90, T("Même formule que la fois passée.", "Same formula.")
    ),
    _topic(BEAUTY, T("Soin du visage hydratant", "Hydrating facial"), 60, T("Peau sensible.", "Sensitive skin.")),
    _topic(BEAUTY, T("Manucure", "Manicure"), 60, WISH),
    _topic(BEAUTY, T("Épilation des sourcils", "Eyebrow waxing"), 30),
    _topic(
        BEAUTY, T("Maquillage de scène", "Stage make-up"), 90, T("Répétition générale le soir.", "Dress rehearsal.")
    ),
    _topic(BARBER, T("Taille de barbe", "Beard trim"), 30, WISH),
    _topic(BARBER, T("Coupe homme et barbe", "Men's cut and beard"), 60, WISH),
)
REMARKS = Remarks(
    worker=(
        T("Formule notée: 7.3 et 8.0 à parts égales.", "Formula noted: 7.3 and 8.0 in equal parts."),
        T("Dix minutes de retard, tout va bien.", "Ten minutes late, all fine."),
        T("A repris rendez-vous dans six semaines.", "Booked again in six weeks."),
    ),
    office=(
        T("Rendez-vous confirmé par téléphone.", "Confirmed by phone."),
        T("Préfère venir en fin de journée.", "Would rather come late in the day."),
    ),
    internal=(
        T("Carte de fidélité: dixième visite gratuite.", "Loyalty card: the tenth visit is free."),
        T("Déjà deux absences: demander un acompte.", "Two no-shows: ask for a deposit."),
    ),
)

FIRM = Firm(
    name="Salon Miroisel",
    slug="miroisel",
    domain="miroisel.example.net",
    language="fr",
    time_zone="America/Toronto",
    phone="+151455501##",
    hours=(9, 19),
    rest_days=(6, 0),
    english=0.3,
    names=("quebec", "world", "france", "english"),
    sites=SITES,
    clients=CLIENTS,
    crews=CREWS,
    leads=LEADS,
    topics=TOPICS,
    remarks=REMARKS,
    requests=520,
    slots=SLOTS,
    walk_in=0.15,
    siteless=0.0,
    lead_days=(1, 28),
    always_assigned=True,
    sign_up_open=True,
)
