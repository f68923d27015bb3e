class InsufficientFunds(Exception):
    def __init__(self, balance, amount):
        super().__init__(f"cannot withdraw {amount:.2f}, balance is {balance:.2f}")


class BankAccount:
    interest_rate = 0.02

    def __init__(self, owner, balance=0.0):
        self.owner = owner
        self._balance = balance
        self.transactions = []

    @property
    def balance(self):
        return self._balance

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("deposit must be positive")
        self._balance += amount
        self.transactions.append(("deposit", amount))

    def withdraw(self, amount):
        if amount > self._balance:
            raise InsufficientFunds(self._balance, amount)
        self._balance -= amount
        self.transactions.append(("withdraw", amount))

    def __repr__(self):
        return f"{type(self).__name__}(owner={self.owner!r}, balance={self.balance:.2f})"


class SavingsAccount(BankAccount):
    interest_rate = 0.05

    def add_interest(self):
        self.deposit(round(self.balance * self.interest_rate, 2))


account = SavingsAccount("Ada", 100)
account.deposit(50)
account.withdraw(30)
account.add_interest()
print(account)
for kind, amount in account.transactions:
    print(f"{kind:>10}: {amount:8.2f}")
for attempt in (lambda: account.withdraw(1000), lambda: account.deposit(-5)):
    try:
        attempt()
    except (InsufficientFunds, ValueError) as error:
        print(type(error).__name__, "-", error)
try:
    account.balance = 1_000_000
except AttributeError:
    print("balance is read-only")
