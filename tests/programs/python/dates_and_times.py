import calendar
import time
from datetime import date, datetime, timedelta, timezone

moment = datetime(2024, 2, 28, 23, 30, tzinfo=timezone.utc)
print(moment.isoformat(), (moment + timedelta(hours=1)).strftime("%d/%m/%Y %H:%M"))
print(moment.astimezone(timezone(timedelta(hours=5, minutes=30))), int(moment.timestamp()))
print(datetime.strptime("7 Mar 2021, 08:05", "%d %b %Y, %H:%M"), date.fromisoformat("2020-12-31").isocalendar()[:2])
print((date(2024, 12, 25) - date(2024, 2, 29)).days, date(2000, 1, 1).weekday(), calendar.isleap(1900))
print(calendar.month(2024, 2))
age = lambda born, today: today.year - born.year - ((today.month, today.day) < (born.month, born.day))
print(age(date(1990, 7, 1), date(2024, 6, 30)))
start = time.perf_counter()
time.sleep(0.02)
elapsed = time.perf_counter() - start
print(0.02 <= elapsed < 5, time.time() > 1_700_000_000, time.gmtime(0).tm_year)
print(datetime.now() - datetime.now() < timedelta(seconds=1), datetime.now().year >= 2024)
try:
    date(2023, 2, 29)
except ValueError:
    print("2023 has no 29 February")
