// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.TestKit.Store;

/// <summary>Small documents for store tests: <c>{"metadata":{…},"value":V}</c>.</summary>
public static class StoreDocument
{
    /// <summary>Where a document of <see cref="Body"/> takes its resourceVersion.</summary>
    public const int SpliceAt = 13;

    public static byte[] Body(ObjectKey key, string value) =>
        Encoding.UTF8.GetBytes($$"""{"metadata":{"name":"{{key.Name}}","namespace":"{{key.Namespace}}"},"value":"{{value}}"}""");

    public static Write Create(ObjectKey key, string value = "v", long expiresAt = 0) =>
        new(key, Write.MustNotExist, Body(key, value), SpliceAt, expiresAt);

    public static Write Put(ObjectKey key, string value, long expected = Write.Any, long expiresAt = 0) =>
        new(key, expected, Body(key, value), SpliceAt, expiresAt);

    public static Write Delete(ObjectKey key, long expected = Write.Any) => new(key, expected, null);

    /// <summary>The <c>value</c> of a stored document.</summary>
    public static string Value(StoredObject item) => KubeJson.ParseObject(item.Json).String("value")!;

    /// <summary>The <c>metadata.resourceVersion</c> of a stored document.</summary>
    public static string ResourceVersion(StoredObject item) => KubeObject.Parse(item.Json).ResourceVersion;

    /// <summary>An event in short: <c>5 ADDED ns/a=v</c>.</summary>
    public static string Describe(StoreEvent change)
    {
        string type = change.Previous is null ? "ADDED" : change.Current is null ? "DELETED" : "MODIFIED";
        return $"{change.Revision} {type} {change.Object.Key}={Value(change.Object)}";
    }
}
