from concurrent.futures import ThreadPoolExecutor, as_completed
import time


def download(url):
    time.sleep(0.01)
    if "bad" in url:
        raise OSError(f"cannot download {url}")
    return len(url)


urls = [f"https://example.org/page/{n}" for n in range(12)] + ["https://bad.example.org"]
with ThreadPoolExecutor(max_workers=4) as pool:
    futures = {pool.submit(download, url): url for url in urls}
    sizes, errors = {}, []
    for future in as_completed(futures):
        try:
            sizes[futures[future]] = future.result()
        except OSError as error:
            errors.append(str(error))
print(len(sizes), "downloaded,", sum(sizes.values()), "bytes")
print("errors:", errors)
with ThreadPoolExecutor(3) as pool:
    print(list(pool.map(str.upper, ["x", "y", "z"])))
