-- One row per product: the root, families, models, variants and systems.
SELECT
    products.product_id, -- Readable id. {key}
    products.claim_name, -- The name that claims use. {not null}
    products.name, -- Full name. {not null}
    products.level, -- How exact it is. {not null, one of: any, family, model, variant, system}
    products.parent_id, -- The next wider product. {-> reference.products.product_id}
    coalesce(products.family_id, products.product_id) AS family_id, -- Its family. {not null, -> reference.products.product_id}
    products.vendor_id, -- Who makes it. {-> reference.entities.entity_id}
    products.unit, -- What one of it is. {not null, one of: gpu, system, rack}
    products.component_id, -- The accelerator in a system. {-> reference.products.product_id}
    products.gpus_per_unit::DOUBLE AS gpus_per_unit, -- GPUs in one unit.
    products.tops_8bit_dense::DOUBLE AS tops_8bit_dense, -- Dense 8-bit TOPS of one GPU.
    products.h100e::DOUBLE AS h100e, -- H100-equivalents of one GPU: dense 8-bit TOPS / 1979.
    products.h100e_16bit::DOUBLE AS h100e_16bit, -- H100-equivalents of one GPU by dense 16-bit TFLOPS.
    products.launched_on, -- When it was launched, as exactly as known.
    products.source -- Where the figures are from.
FROM curated.products
ORDER BY product_id
