import sys


def main():
    print("something went wrong")
    return 3


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        print("finally still runs")
