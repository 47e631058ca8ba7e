"""A hotel group: most people sign in with a username; only managers need an e-mail address."""

from datetime import timedelta

from app.demo.firm import Crew, Firm, Lead, Place, Remarks, Text, Topic
from app.models.request import RequestKind

T, BOOKING = Text, RequestKind.BOOKING
DESK = "Receptionist"
HOUSEKEEPER, MAINTENANCE, PORTER, EVENTS = "Housekeeper", "Maintenance technician", "Porter", "Events host"

SITES = (
    Place("Valombrine Annecy", "6, quai des Roseaux, Annecy"),
    Place("Valombrine Nice", "40, promenade des Agaves, Nice"),
    Place("Valombrine Bruxelles", "15, rue du Cygne-Noir, Bruxelles"),
    Place("Valombrine Genève", "2, chemin des Ormeaux, Genève"),
    Place("Valombrine Porto", "88, rua das Andorinhas, Porto"),
)
CREWS = (
    Crew("MANAGER", 1, sites=2),
    Crew("STAFF", 8, DESK, 1, username_only=True, boxes=(("ALL_BOOKINGS",), ("ALL_BOOKINGS",), ())),
    Crew("WORKER", 30, HOUSEKEEPER, 1, username_only=True),
    Crew("WORKER", 12, MAINTENANCE, 2, username_only=True),
    Crew("WORKER", 10, PORTER, 1, username_only=True),
    Crew("WORKER", 5, EVENTS, 2, username_only=True),
    Crew("WORKER", 3, MAINTENANCE, 3, True, companies=("Ascenseurs Bouquetin", "Froid & Clim Marmotte")),
)
LEADS = (
    Lead("Administrator", "ADMIN", "Ottoline", "Brandebourg", "ottoline@valombrine.example.com", "en"),
    Lead(
        "Manager of 2 hotels", "MANAGER", "Rodrigue", "Esperandieu", "rodrigue@valombrine.example.com", sites=(0, 3)
    ),
    Lead("Manager", "MANAGER", "Lavínia", "Castelbranco", "lavinia@valombrine.example.com", "en", sites=(1, 4)),
    Lead(
        "Staff, username only",
        "STAFF",
        "Clémentine",
        "Vauquelin",
        "clementine.vauquelin",
        trade=DESK,
        sites=(0,),
        boxes=("ALL_BOOKINGS",),
    ),
    Lead("Worker, username only", "WORKER", "Amadou", "Keïtani", "amadou.keitani", trade=MAINTENANCE, sites=(0, 3)),
)
SLOTS = {
    "room": (
        T("chambre 1##", "room 1##"),
        T("chambre 2##", "room 2##"),
        T("chambre 3##", "room 3##"),
        T("suite #", "suite #"),
    ),
    "area": (
        T("hall", "lobby"),
        T("restaurant", "restaurant"),
        T("piscine", "pool"),
        T("salle de sport", "gym"),
        T("parking", "car park"),
        T("couloir du 2e étage", "corridor, 2nd floor"),
    ),
    "hall": (T("salon Les Cimes", "Les Cimes lounge"), T("salle Mélèze", "Mélèze room"), T("terrasse", "terrace")),
    "n": (T("8", "8"), T("12", "12"), T("20", "20"), T("35", "35"), T("60", "60")),
    "when": (T("avant 15 h", "before 3 p.m."), T("dès que possible", "as soon as possible"), T("ce soir", "tonight")),
}
TOPICS = (
    Topic(
        MAINTENANCE,
        T("Climatisation en panne – {room}", "Air conditioning broken – {room}"),
        (
            T("26 degrés; le client souhaite changer de chambre.", "26 degrees; the guest would like another room."),
            T("Elle souffle, mais de l'air tiède.", "It blows, but the air is warm."),
        ),
        60,
        2,
    ),
    Topic(
        MAINTENANCE,
        T("Fuite de douche – {room}", "Shower leak – {room}"),
        (T("L'eau passe sous la porte.", "Water runs under the door."),),
        60,
        2,
    ),
    Topic(
        MAINTENANCE,
        T("Coffre-fort bloqué – {room}", "Safe stuck – {room}"),
        (T("À ouvrir {when}.", "To be opened {when}."),),
        20,
        2,
    ),
    Topic(MAINTENANCE, T("Ampoule grillée – {room}", "Blown bulb – {room}"), (), 15, 0),
    Topic(
        MAINTENANCE,
        T("Télévision sans signal – {room}", "No television signal – {room}"),
        (T("Toutes les chaînes; la télécommande est neuve.", "All channels; the remote is new."),),
        30,
        1,
    ),
    Topic(
        MAINTENANCE,
        T("Porte automatique capricieuse – {area}", "Erratic automatic door – {area}"),
        (T("S'ouvre toute seule quand il vente.", "Opens by itself when it is windy."),),
        90,
        1,
    ),
    Topic(MAINTENANCE, T("Contrôle des extincteurs – {area}", "Extinguisher check – {area}"), (), 60, 0),
    Topic(
        HOUSEKEEPER,
        T("Serviettes supplémentaires – {room}", "Extra towels – {room}"),
        (T("Deux grandes et deux petites, {when}.", "Two large and two small, {when}."),),
        10,
        1,
    ),
    Topic(
        HOUSEKEEPER,
        T("Lit bébé – {room}", "Baby cot – {room}"),
        (T("À installer {when}.", "Set it up {when}."),),
        15,
        1,
    ),
    Topic(
        HOUSEKEEPER,
        T("Nettoyage de départ – {room}", "Check-out cleaning – {room}"),
        (T("Prochaine arrivée à 15 h.", "Next arrival at 3 p.m."),),
        40,
        1,
    ),
    Topic(
        HOUSEKEEPER,
        T("Tache sur la moquette – {room}", "Stain on the carpet – {room}"),
        (T("Vin rouge, près du lit.", "Red wine, beside the bed."),),
        45,
        0,
    ),
    Topic(HOUSEKEEPER, T("Oreillers en plume à changer – {room}", "Replace feather pillows – {room}"), (), 10, 1),
    Topic(
        HOUSEKEEPER,
        T("Objet oublié – {room}", "Lost property – {room}"),
        (T("Un chargeur et une écharpe; le client écrira.", "A charger and a scarf; the guest will write."),),
        15,
        0,
    ),
    Topic(DESK, T("Réveil à 5 h 30 – {room}", "Wake-up call at 5:30 – {room}"), (), 5, 1),
    Topic(DESK, T("Départ tardif – {room}", "Late check-out – {room}"), (T("Jusqu'à 14 h.", "Until 2 p.m."),), 10, 1),
    Topic(PORTER, T("Bagages à monter – {room}", "Luggage to bring up – {room}"), (), 10, 1),
    Topic(
        PORTER,
        T("Navette pour {n} personnes", "Shuttle for {n} people"),
        (T("Départ devant l'entrée principale.", "Leaves from the main entrance."),),
        90,
        1,
        BOOKING,
    ),
    Topic(
        EVENTS,
        T("{hall}: réunion de {n} personnes", "{hall}: meeting of {n}"),
        (
            T("Écran, paperboard et deux pauses café.", "Screen, flip chart and two coffee breaks."),
            T("Disposition en U. Végétariens: #.", "U-shape. Vegetarians: #."),
        ),
        240,
        1,
        BOOKING,
    ),
    Topic(
        EVENTS,
        T("{hall}: dîner de {n} couverts", "{hall}: dinner for {n}"),
        (T("Apéritif d'abord; une allergie aux noix à signaler.", "Welcome drinks first; note one nut allergy."),),
        240,
        1,
        BOOKING,
    ),
)
REMARKS = Remarks(
    worker=(
        T("J'y vais.", "On my way."),
        T("Le client dort, je repasse à 16 h.", "Guest asleep, back at 4 p.m."),
        T("Fait, chambre rendue à la réception.", "Done, room given back to the desk."),
        T("Pièce à commander, chambre bloquée.", "Part to order, room blocked."),
        T("Filtre nettoyé, température normale.", "Filter cleaned, temperature normal."),
    ),
    office=(
        T("Le client est prévenu et remercie.", "The guest knows and says thank you."),
        T("Client relogé en attendant.", "Guest moved in the meantime."),
        T("Merci de passer par l'escalier de service.", "Please use the service stairs."),
    ),
    internal=(
        T("Geste commercial: petit-déjeuner offert.", "Goodwill: free breakfast."),
        T("Troisième panne de cette chambre ce trimestre.", "Third fault in this room this quarter."),
    ),
)

FIRM = Firm(
    name="Hôtels Valombrine",
    slug="valombrine",
    domain="valombrine.example.com",
    language="en",
    time_zone="Europe/Paris",
    phone="+3319900####",
    hours=(7, 22),
    rest_days=(),
    english=0.5,
    names=("france", "world", "world", "english"),
    sites=SITES,
    clients=(),
    crews=CREWS,
    leads=LEADS,
    topics=TOPICS,
    remarks=REMARKS,
    requests=950,
    slots=SLOTS,
    walk_in=1.0,
    pace=timedelta(hours=4),
    siteless=0.015,
    lead_days=(2, 30),
)
