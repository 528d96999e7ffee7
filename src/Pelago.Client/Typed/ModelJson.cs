// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using k8s;

namespace Pelago.Client;

/// <summary>Reads and writes the types of <c>k8s.Models</c>; quantities are canonical after it, as they are in Go.</summary>
public static class ModelJson
{
    static ModelJson() => KubernetesJson.AddJsonOptions(static options => options.TypeInfoResolverChain.Add(AnyJson.Default));

    /// <exception cref="System.Text.Json.JsonException">The document does not fit the type.</exception>
    public static T Decode<T>(ReadOnlyMemory<byte> utf8)
    {
        using var stream = MemoryMarshal.TryGetArray(utf8, out ArraySegment<byte> bytes)
            ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
            : new MemoryStream(utf8.ToArray(), writable: false);
        return KubernetesJson.Deserialize<T>(stream);
    }

    public static byte[] Encode(object value) => Encoding.UTF8.GetBytes(KubernetesJson.Serialize(value));

    /// <summary>An independent copy: what informers hand out is shared and must not be changed.</summary>
    public static T Copy<T>(T value)
        where T : class => KubernetesJson.Deserialize<T>(KubernetesJson.Serialize(value));
}
