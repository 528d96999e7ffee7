// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Packages.Schema;

/// <summary>
/// Checks documents against one JSON Schema of draft-04 (json-schema.org/draft-04). Formats are annotations, as the draft has them. References stay
/// within the schema and the draft's own; work, depth and the time of a pattern are bounded.
/// </summary>
public sealed class SchemaValidator
{
    private readonly SchemaDocuments _documents;
    private readonly SchemaSite _site;

    public SchemaValidator(JsonObject schema)
        : this(new SchemaDocuments(), schema)
    {
    }

    internal SchemaValidator(SchemaDocuments documents, JsonNode? schema)
    {
        _documents = documents;
        _site = documents.Add("urn:pelago:schema", schema);
    }

    internal SchemaValidator(SchemaDocuments documents, SchemaSite site) => (_documents, _site) = (documents, site);

    /// <summary>Checks whether documents are schemas.</summary>
    internal static SchemaValidator OfSchemas()
    {
        var documents = new SchemaDocuments();
        return new SchemaValidator(documents, documents.MetaSchema);
    }

    /// <summary>What is wrong with a document, in its order; empty when it is valid. A schema that cannot be used is one fault, too.</summary>
    public IReadOnlyList<SchemaFault> Validate(JsonNode? document)
    {
        var faults = new List<SchemaFault>();
        try
        {
            new SchemaWalk(_documents).Check(_site, document, InstancePath.Root, faults);
        }
        catch (SchemaRefusedException refused)
        {
            faults.Add(new SchemaFault("", "$schema", "a schema that can be used", refused.Message));
        }

        return faults;
    }
}
