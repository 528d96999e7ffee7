// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Globalization;
using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary>
/// Content negotiation over the Accept header: <c>application/json;as=Table;v=v1;g=meta.k8s.io, application/json</c>. Clauses are tried by
/// their q, then in order; one that asks for a shape or type that is not served is passed over.
/// </summary>
internal sealed class Accept
{
    private const int MaxRemembered = 256;
    private const int MaxClauses = 32;
    private static readonly ConcurrentDictionary<string, Accept> Remembered = new();
    private static readonly Accept Anything = new([new Clause("*/*", "", "", "", 1)]);

    private readonly Clause[] _clauses;

    private Accept(Clause[] clauses) => _clauses = clauses;

    /// <summary>Reads a header; clients send few different ones, so they are remembered.</summary>
    public static Accept Parse(string? header)
    {
        if (string.IsNullOrEmpty(header))
            return Anything;
        if (Remembered.TryGetValue(header, out Accept? known))
            return known;
        var accept = new Accept([.. header.Split(',').Take(MaxClauses).Select(ParseClause).OrderByDescending(clause => clause.Quality)]);
        if (Remembered.Count < MaxRemembered)
            Remembered.TryAdd(header, accept);
        return accept;
    }

    /// <summary>
    /// The best form for objects of a kind; null is a 406. <paramref name="allowsShapes"/>: the answer can be a table or metadata only;
    /// <paramref name="allowsCells"/>: it is a watch of a kind that has them.
    /// </summary>
    public OutputFormat? Choose(bool allowsShapes, bool allowsYaml = true, bool allowsCells = false)
    {
        foreach (Clause clause in _clauses)
        {
            if (allowsCells && clause.Type == CellProtocol.MediaType)
                return new OutputFormat(OutputShape.Cells, "v1", IsYaml: false);
            bool isYaml = clause.Type is "application/yaml";
            if (!isYaml && clause.Type is not ("application/json" or "*/*" or "application/*") || isYaml && !allowsYaml)
                continue;
            if (clause.As.Length == 0)
                return new OutputFormat(OutputShape.Object, "v1", isYaml);
            if (allowsShapes && clause.Group == "meta.k8s.io" && clause.Version is "v1" or "v1beta1" && ShapeOf(clause.As) is { } shape)
                return new OutputFormat(shape, clause.Version, isYaml, IsOfList: clause.As == "PartialObjectMetadataList");
        }

        return null;
    }

    /// <summary>Clauses as (type, as, g, v), best first.</summary>
    public IEnumerable<(string Type, string As, string Group, string Version)> Clauses =>
        _clauses.Select(clause => (clause.Type, clause.As, clause.Group, clause.Version));

    public static ApiStatus NotAcceptable() => new()
    {
        Code = 406,
        Reason = StatusReason.NotAcceptable,
        Message = "only the following media types are accepted: application/json, application/yaml",
    };

    private static OutputShape? ShapeOf(string kind) => kind switch
    {
        "Table" => OutputShape.Table,
        "PartialObjectMetadata" or "PartialObjectMetadataList" => OutputShape.Metadata,
        _ => null,
    };

    private static Clause ParseClause(string text)
    {
        string[] parts = text.Split(';', StringSplitOptions.TrimEntries);
        string shape = "", group = "", version = "";
        double quality = 1;
        foreach (string parameter in parts.AsSpan(1))
        {
            int equals = parameter.IndexOf('=', StringComparison.Ordinal);
            string value = equals < 0 ? "" : parameter[(equals + 1)..].Trim('"');
            switch (equals < 0 ? parameter : parameter[..equals])
            {
                case "as":
                    shape = value;
                    break;
                case "g":
                    group = value;
                    break;
                case "v":
                    version = value;
                    break;
                case "q":
                    quality = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double q) ? q : 1;
                    break;
            }
        }

        return new Clause(parts[0].ToLowerInvariant(), shape, group, version, quality);
    }

    private readonly record struct Clause(string Type, string As, string Group, string Version, double Quality);
}
