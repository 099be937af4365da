"""From seed lists to articles in the corpus: a Scrapy project whose deciding rooms need no Scrapy."""
