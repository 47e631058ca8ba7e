"""Lists as files: jobs that read through the policy as the list does, and write in a process of their own."""
