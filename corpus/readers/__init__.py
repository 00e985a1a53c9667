"""Readers of the formats in which publishers issue law: each turns characters into provisions."""
