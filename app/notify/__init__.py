"""Who is told and in which words; outbox, mail, SMS and the live bus."""
