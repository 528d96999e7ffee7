// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>The document of a write as it came.</summary>
internal readonly record struct RequestBody(ReadOnlyMemory<byte> Bytes, bool IsYaml = false)
{
    /// <summary>The bytes as JSON; of YAML the first document.</summary>
    public bool TryToJson(out ReadOnlyMemory<byte> json, [NotNullWhen(false)] out string? error)
    {
        json = Bytes;
        error = null;
        if (!IsYaml)
            return true;
        if (!YamlReader.TryReadFirst(Bytes.Span, out YamlDocument? document, out error))
            return false;
        json = document.Json;
        return true;
    }
}
