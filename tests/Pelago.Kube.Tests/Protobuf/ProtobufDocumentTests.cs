// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests.Protobuf;

public class ProtobufDocumentTests
{
    // Deployment web: replicas 0 (sent, so kept), paused false (sent, so left out), an empty status (kept), maxSurge "25%".
    private static readonly byte[] Deployment = Document("apps/v1", "Deployment",
    [
        .. Message(1, [.. Text(1, "web"), .. Text(2, ""), .. Message(8, []), .. Message(11, [.. Text(1, "app"), .. Text(2, "web")])]),
        .. Message(2,
        [
            .. Number(1, 0), .. Number(7, 0),
            .. Message(4, [.. Text(1, "RollingUpdate"), .. Message(2, Message(2, [.. Number(1, 1), .. Text(3, "25%")]))]),
            .. Message(3, Message(2, Message(2, [.. Text(1, "main"), .. Message(6, Number(3, 8080)), .. Message(8, Message(1, [.. Text(1, "cpu"), .. Message(2, Text(1, "100m"))]))]))),
        ]),
        .. Message(3, []),
    ]);

    [Fact]
    public void Object_reads_as_a_client_would_have_written_it_in_json() => Same(
        """
        {"kind":"Deployment","apiVersion":"apps/v1",
         "metadata":{"name":"web","creationTimestamp":null,"labels":{"app":"web"}},
         "spec":{"replicas":0,"template":{"spec":{"containers":[{"name":"main","ports":[{"containerPort":8080}],"resources":{"limits":{"cpu":"100m"}}}]}},
          "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%"}}},
         "status":{}}
        """,
        Deployment);

    [Fact]
    public void Bytes_become_base64_and_times_text() => Same(
        """{"kind":"Secret","apiVersion":"v1","metadata":{"creationTimestamp":"1970-01-01T00:00:01Z"},"data":{"key":"AAEC"},"type":"Opaque"}""",
        Document("v1", "Secret", [.. Message(1, Message(8, Number(1, 1))), .. Message(2, [.. Text(1, "key"), .. Message(2, [0, 1, 2])]), .. Text(3, "Opaque")]));

    [Fact]
    public void Inlined_messages_stand_in_the_outer_one() => Same(
        """{"kind":"Pod","apiVersion":"v1","spec":{"volumes":[{"name":"v","emptyDir":{"medium":"Memory"}}]}}""",
        Document("v1", "Pod", Message(2, Message(1, [.. Text(1, "v"), .. Message(2, Message(2, Text(1, "Memory")))]))));

    [Fact]
    public void Delete_options_are_of_every_group_and_unknown_fields_are_passed_over() => Same(
        """{"kind":"DeleteOptions","apiVersion":"apps/v1","gracePeriodSeconds":0,"propagationPolicy":"Foreground"}""",
        Document("apps/v1", "DeleteOptions", [.. Number(1, 0), .. Text(4, "Foreground"), .. Text(99, "later")]));

    [Fact]
    public void Wrapped_lists_are_lists() => Same(
        """{"kind":"SubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":{"extra":{"scopes":["a","b"]}}}""",
        Document("authorization.k8s.io/v1", "SubjectAccessReview", Message(2, Message(5, [.. Text(1, "scopes"), .. Message(2, [.. Text(1, "a"), .. Text(1, "b")])]))));

    [Fact]
    public void Kinds_without_a_table_are_told_apart()
    {
        Assert.Equal(ProtobufOutcome.UnknownKind, ProtobufDocument.ToJson(Document("example.com/v1", "Widget", []), out _, out string error));
        Assert.Equal("example.com/v1 Widget is not known in protobuf", error);
    }

    [Fact]
    public void Document_without_the_magic_is_malformed()
    {
        Assert.Equal(ProtobufOutcome.Malformed, ProtobufDocument.ToJson("{\"kind\":\"Pod\"}"u8.ToArray(), out _, out string error));
        Assert.Equal("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]", error);
    }

    [Fact]
    public void Document_that_is_cut_short_anywhere_is_malformed_or_shorter_and_never_broken_json() =>
        Gen.Int[0, Deployment.Length - 1].Sample(length => ReadsOrRefuses(Deployment.AsSpan(0, length).ToArray()));

    [Fact]
    public void Any_byte_may_be_any_other() =>
        Gen.Select(Gen.Int[4, Deployment.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            byte[] changed = [.. Deployment];
            changed[at] = value;
            ReadsOrRefuses(changed);
        });

    [Fact]
    public void Table_knows_the_kinds_that_are_served()
    {
        (string, string)[] expected =
            [("v1", "Pod"), ("v1", "Binding"), ("policy/v1", "Eviction"), ("autoscaling/v1", "Scale"), ("authentication.k8s.io/v1", "TokenRequest"), ("coordination.k8s.io/v1", "Lease")];

        Assert.Empty(expected.Except(ProtobufTable.Instance.Kinds));
    }

    private static void ReadsOrRefuses(byte[] document)
    {
        if (ProtobufDocument.ToJson(document, out ReadOnlyMemory<byte> json, out string error) == ProtobufOutcome.Read)
            JsonNode.Parse(json.Span);
        else
            Assert.NotEqual("", error);
    }

    private static void Same(string expected, byte[] document)
    {
        Assert.Equal((ProtobufOutcome.Read, ""), (ProtobufDocument.ToJson(document, out ReadOnlyMemory<byte> json, out string error), error));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(json.Span)), Encoding.UTF8.GetString(json.Span));
    }

    private static byte[] Document(string apiVersion, string kind, byte[] content) =>
        [.. "k8s\0"u8, .. Message(1, [.. Text(1, apiVersion), .. Text(2, kind)]), .. Message(2, content), .. Text(3, ""), .. Text(4, "")];

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] content) => [.. Varint((ulong)((field << 3) | 2)), .. Varint((ulong)content.Length), .. content];

    private static byte[] Number(int field, ulong value) => [.. Varint((ulong)(field << 3)), .. Varint(value)];

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }
}
