"""The few pages that Guichet serves by itself: where links lead, and where people without a front end sign in."""
