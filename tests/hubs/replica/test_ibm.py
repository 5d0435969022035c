import json
import re

from apipack.hubs.replica import Ibm, Replica
from tests.fixtures import Ask, Documents, Pack


def links(page: bytes) -> list[str]:
    return re.findall(r'href="([^"]+)"', page.decode())


def test_shells_lead_to_documents_with_ibm_s_extension(pack: Pack, documents: Documents, ask: Ask) -> None:
    with Replica(pack(documents), Ibm) as replica:
        pages = [link for link in links(ask(f"{replica.url}/apis/").body) if "/catalog/" in link]
        found = {page: links(ask(replica.url + page).body) for page in pages}
        (drive,) = found["/apis/catalog/files.example--drive"]
        document = ask(replica.url + drive).json()
        assert document.pop("x-ibm-configuration")["type"] == "rest"
        assert document == json.loads(json.dumps(documents["files.example/drive"]))
        bare = [page for page, linked in found.items() if not linked]
        assert (len(found), len(bare)) == (12, 1)
        assert ask(f"{replica.url}{bare[0]}/openapi.json").status == 404
