"""What the eight aspects look at in JavaScript and TypeScript: one file a group of aspects."""
