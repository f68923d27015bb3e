import unittest
from unittest import mock


class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop()


class StackTest(unittest.TestCase):
    def setUp(self):
        self.stack = Stack()

    def test_last_in_first_out(self):
        self.stack.push(1)
        self.stack.push(2)
        self.assertEqual(self.stack.pop(), 2)

    def test_pop_of_empty(self):
        with self.assertRaises(IndexError):
            self.stack.pop()

    def test_that_fails(self):
        self.assertEqual(1 + 1, 3, "arithmetic")

    @unittest.skip("not yet")
    def test_peek(self):
        self.fail()

    def test_mock(self):
        with mock.patch.object(Stack, "pop", return_value="mocked") as pop:
            self.assertEqual(self.stack.pop(), "mocked")
        pop.assert_called_once_with()


if __name__ == "__main__":
    unittest.main()
