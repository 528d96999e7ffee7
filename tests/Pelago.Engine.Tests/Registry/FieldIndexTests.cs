// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Engine.Registry;
using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.Registry;

public class FieldIndexTests
{
    private static readonly FieldIndex Pods = new(
        new SelectableField("spec.nodeName"), new SelectableField("spec.hostNetwork", "false"),
        new SelectableField("source", ["source.component", "reportingComponent"]));

    [Fact]
    public void Fields_and_labels_are_read_from_the_stored_bytes()
    {
        StoredObject stored = Stored("""
            {"apiVersion":"v1","metadata":{"resourceVersion":"7","name":"a","labels":{"app":"x","tier":"y"},"uid":"u-1"},
             "spec":{"containers":[{"nodeName":"not-me"}],"nodeName":"n1","hostNetwork":true},"reportingComponent":"kubelet"}
            """);

        Assert.Equal("n1", Pods.Value(stored, "spec.nodeName"));
        Assert.Equal("true", Pods.Value(stored, "spec.hostNetwork"));
        Assert.Equal("kubelet", Pods.Value(stored, "source"));
        Assert.Equal("y", Pods.LabelsOf(stored).Get("tier"));
    }

    [Fact]
    public void Two_labels_may_name_one_field()
    {
        StoredObject stored = Stored("""{"metadata":{"name":"a"},"involvedObject":{"name":"p"}}""");

        Assert.Equal("p", EventFields.Index.Value(stored, "involvedObject.name"));
        Assert.Equal("p", EventFields.Index.Value(stored, "regarding.name"));
    }

    [Fact]
    public void An_object_that_was_scanned_for_other_fields_is_scanned_again()
    {
        StoredObject stored = Stored("""{"metadata":{"name":"a"},"spec":{"nodeName":"n1","color":"red"}}""");
        Pods.Value(stored, "spec.nodeName");

        Assert.Equal("red", new FieldIndex(new SelectableField("spec.color")).Value(stored, "spec.color"));
    }

    [Fact]
    public void An_absent_field_reads_as_the_zero_of_its_type()
    {
        StoredObject stored = Stored("""{"metadata":{"name":"a"},"spec":null}""");

        Assert.Equal("", Pods.Value(stored, "spec.nodeName"));
        Assert.Equal("false", Pods.Value(stored, "spec.hostNetwork"));
    }

    [Fact]
    public void Name_and_namespace_are_selectable_everywhere_and_other_labels_are_not()
    {
        StoredObject stored = Stored("""{"metadata":{"name":"a"}}""");

        Assert.Equal("a", FieldIndex.NamesOnly.Value(stored, "metadata.name"));
        Assert.Equal("ns", FieldIndex.NamesOnly.Value(stored, "metadata.namespace"));
        Assert.False(FieldIndex.NamesOnly.IsSelectable("spec.nodeName"));
        Assert.Null(FieldIndex.NamesOnly.Value(stored, "spec.nodeName"));
    }

    private static StoredObject Stored(string json) => new(new ObjectKey("ns", "a"), 7, Encoding.UTF8.GetBytes(json), 0);
}
