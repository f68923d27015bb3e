class PaymentError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = "PaymentError";
    this.code = "E_CARD";
  }
}

function pay(card) {
  try {
    return card.number.length;
  } catch (cause) {
    throw new PaymentError("card was refused", { cause });
  }
}

console.log("paying");
pay({});
