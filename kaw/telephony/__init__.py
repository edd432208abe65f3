"""The PBX: what KAW wants of it (port), Asterisk behind it, and a simulator. Knows no other room of KAW but errors."""
