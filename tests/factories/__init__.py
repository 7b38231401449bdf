"""What tests of several folders make."""
