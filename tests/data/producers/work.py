"""Encodes and computes for two seconds, for py-spy."""
import json
import time


def encode(count):
    return json.dumps(list(range(count)))


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def work(end):
    while time.time() < end:
        encode(2000)
        fib(15)


work(time.time() + 2)
