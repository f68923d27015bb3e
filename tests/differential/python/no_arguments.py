import argparse

parser = argparse.ArgumentParser(description="What it does.")
parser.add_argument("file")
parser.parse_args()
