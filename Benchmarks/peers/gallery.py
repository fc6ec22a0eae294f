"""Exact search among 100,000 embeddings with NumPy, and with faiss-cpu's flat index where it is installed: the peers of
`FOVEA_MEASURE=1 swift test -c release --filter GallerySpeed`.

Run:  python Benchmarks/peers/gallery.py
"""

import time

import numpy as np

try:
    import faiss
except ImportError:
    faiss = None

for dimensions in (128, 512):
    random = np.random.default_rng(1)
    embeddings = random.standard_normal((100_000, dimensions)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    queries = embeddings[np.arange(30) * 3001]
    searches = {"NumPy": lambda q: np.argpartition(-(embeddings @ q), 5)[:5]}
    if faiss:
        index = faiss.IndexFlatIP(dimensions)
        index.add(embeddings)
        searches["faiss"] = lambda q: index.search(q[None], 5)
    for name, search in searches.items():
        search(queries[0])
        times = []
        for query in queries:
            start = time.perf_counter()
            search(query)
            times.append(1000 * (time.perf_counter() - start))
        print(f"{name}, 100,000 x {dimensions}: median {sorted(times)[15]:.2f} ms, slowest {max(times):.2f} ms")
