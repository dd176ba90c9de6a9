"""Self-test at start-up: three sentences must get their known vectors on this machine; 10 ms.

Eight-bit kernels differ between CPUs, and a wrong one would not fail but embed nonsense.
"""

import base64
from collections.abc import Callable

import numpy as np

from lodgepole.adapters.embedders.builtin.graph import DIMENSION, Form
from lodgepole.ports.embedder import Vector, Vectors

SENTENCES = (
    "The lodgepole pine grows from the Yukon to Baja California, often in dense stands after fire.",
    "Revenue rose 4.2 % to $1,250.75 million in fiscal 2018, as reported on Form 10-K.",
    "Wie lange ist die Gewährleistung für das Gerät?",
)
LEAST_COSINE: dict[Form, float] = {"f32": 0.999, "int8": 0.98}

# The sentences' vectors, computed in float64 from the published weights by a plain implementation
# of BERT, each scaled to a largest value of 127 and rounded (cosine to the original ≥ 0.9999).
_EXPECTED = base64.b64decode(
    "TAfxNjIL6NlIcfgi/Pca7uTWKRlALdwz6LCaQgPHOCjfJff2/PT6dNQ9Teu2BwjpJtc58McOOfsDpUboPB+s8s/35hoq"
    "pBE97fMA2RUjGMzDOusE0igPKOUaFS/OBq72Oc7w00LuEJgS679ZKP4HC8ND/0I1ue0F1yMORdwh+gD9J+gWJaHvza4X"
    "xQzRDgvqztOz1asF4iT2//36pBMV4fn7f+04BsgaHPAFL1r9BDsMABZcbvzoPA34HioS+8QN7/cS7h/5O8EiDOEx0DUN"
    "YMjo6en30kH5Bj3W/lK4FwAU1DIJ+w3KvtzAzhRE/hjZ9SPh/+TMvQbYEgszusUV+vXirv/o3N32DQgOCQ3DHv0vYB3Y"
    "0z/U3Rlm3N3U6hv9V+sN2A8xGTMF0N8SJN4E9wk3/j0MJADx8hnSHKPW5wDpV6QiIO5WAqjwzFVXCRPeOBfq7/P8K0rn"
    "yA0beiIbC7kACvPDKeb6Qt4e54TfwCj1PSPd5SkQ5hHMUPDi3BcBQfAI6Ov1FywDQgT8APbjShjn2vgW3AX2KuUH5OPv"
    "BCrw+fP4HgwkGDXy2+MT9h1QDEH6IBj0KOj0KQoJEu4KGOoR5s3b6ScGK5zc1y8mGeEdC8+yyPU6AiEbAs8X68IoGrNZ"
    "LPsx9dv1yksn+iEJ6ckn8A727fgLK/7+AO7T1wAgOirr6u0sH//fu/QOHO3P3y0GBRbgF1LkPOnTCSPyEi+44/0ZBjcp"
    "qQgA25fsAQcm/tQFDQQX6wDXCykeSPIi0u5WGAQd+dfd6QL9S8ogLe7+C9I6GB0lFgw76w/t8gAQf+b6tx88UO0p8R7j"
    "Idr3HuPiygIj/z7oDtgR4gnP0/3a9OMn8vPlCRraFSnO6xNK3gHz2SfKKfoiqgLE4hwDDtIJ+CLnBtst9sFG/9lLIkcW"
    "HLLU5yHq1+Ku4uXm9AAIJf8uD/wUSRiu/+3d+ggOsyoBtyol4Njg8scT59En3ewN6B/KCxYsG9UWAqQB0/kMmf4W3/EL"
    "D9/2xeoA3hoJAX/o9/UXNyrnOTDG//4K7eklHC/67vj8FdgOvggoANfLMRzQ7iUMP8YTzO4qCePInEDJ+xDpQ9zizwIU"
    "7rzt6QTHERAZ4y7ZK/T2Hd1H5iIpFwAZEBEBHNzY4+rZ2QAO7sdBEQPhAyPW6hATCQbg9+v0/esq9/3+NgoR9Cj8YQAu"
    "9e0C5wnqq+0K9xnW+L8/7fMYz+oaPgoDDPDI1BBcDRkp4QMIMhzfFh4k8iL5IfkUNuntvSAOGwju9fbf557GLu3y7Awq"
    "+uABENMe0BurDu/72cQJ4a72KhUAIBsIvAAX89AY/xnvMasK+xQnUub+Lh8i+/z199gQEhEm7tLjAzD8JcI5SAHsyQD1"
    "62j32uEK6u7wRco05N/KBh1FPv4IDC3T1fYE9Agft+TLrBotDtUU6Of1IQkaIs7mEA33IgD0MsD9FO/rEQZO+0HKHwDi"
    "+xMI1Rnh8QDP8B394uabQwgUzNb4IyL3EVj+7A7vO8n2G/rp9vrJIxHe0fAb5w4s"
)


def expected_vectors() -> Vectors:
    """Return the model's vectors of SENTENCES, one a row."""
    rows = np.frombuffer(_EXPECTED, np.int8).reshape(len(SENTENCES), DIMENSION).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def passes(embed: Callable[[str], Vector], form: Form) -> bool:
    """Return whether `embed` gives each sentence's vector within the form's LEAST_COSINE."""
    vectors = np.stack([embed(sentence) for sentence in SENTENCES])
    cosines = np.sum(vectors * expected_vectors(), axis=1)
    return bool(np.all(cosines >= LEAST_COSINE[form]))  # False for NaN too
