"""Scrapy's decompression, except that a body which was cut off on its way says so."""

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Response

from crawler.encodings import is_cut_off

# What Scrapy itself calls an answer whose body is shorter than was promised.
CUT_OFF = "dataloss"


class CompressionMiddleware(HttpCompressionMiddleware):
    """Unpacks answers as far as they can be read; what is not all there has the flag CUT_OFF."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Return the answer unpacked. Raises IgnoreRequest, and whatever the decompressors raise."""
        # The headers of both are the same object's.
        encodings = [value.decode("latin-1") for value in response.headers.getlist("Content-Encoding")]
        unpacked = super().process_response(request, response)
        if isinstance(unpacked, Response) and is_cut_off(response.body, encodings, unpacked.body):
            unpacked.flags.append(CUT_OFF)
        return unpacked
