"""The spiders `scrapy crawl` knows."""
