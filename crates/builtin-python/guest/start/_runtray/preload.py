"""The modules that are in the snapshot, so that programs import them in no time.

They cost memory only where they are used. Left out: what reads the time, the environment or the seed when it is imported
and has no line in `fresh`.
"""

import abc, argparse, array, ast, asyncio, base64, bisect, builtins, calendar, cmath, code, codecs, collections
import collections.abc, concurrent.futures, configparser, contextlib, contextvars, copy, csv, dataclasses, datetime
import decimal, difflib, dis, enum, errno, fnmatch, fractions, functools, gc, getpass, glob, gzip, hashlib, heapq, hmac
import html, http, http.client, importlib.machinery, importlib.metadata, importlib.resources, importlib.util, inspect, io
import ipaddress, itertools, json, keyword, linecache, locale, logging, math, mimetypes, numbers, operator, os, pathlib
import pickle, pkgutil, platform, pprint, queue, random, re, reprlib, runpy, sched, secrets, select, selectors, shlex
import shutil, signal, socket, sqlite3, stat, statistics, string, struct, subprocess, sys, tempfile, textwrap, threading
import time, timeit, token, tokenize, traceback, types, typing, unicodedata, unittest, urllib.error, urllib.parse
import urllib.request, uuid, warnings, weakref, xml.etree.ElementTree, zipfile, zlib, zoneinfo

# What a traceback and a decoder import when they are used for the first time.
import _colorize, _pyrepl, encodings.ascii, encodings.cp1252, encodings.idna, encodings.latin_1, encodings.utf_16
import encodings.utf_8_sig, _strptime
