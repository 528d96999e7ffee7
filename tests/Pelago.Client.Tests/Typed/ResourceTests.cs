// SPDX-License-Identifier: Apache-2.0

using System.Text;
using k8s.Models;
using Pelago.Kube;
using Xunit;

namespace Pelago.Client.Tests.Typed;

public class ResourceTests
{
    [Fact]
    public void List_gives_items_and_metadata_in_any_order()
    {
        byte[] body = Encoding.UTF8.GetBytes("{\"items\":[{\"a\":{\"items\":[]}},{\"b\":\"}\"}],\"kind\":\"List\",\"metadata\":{\"continue\":\"tok\",\"x\":{},\"resourceVersion\":\"7\"}}");

        ListDocument list = ListDocument.Parse(body);

        Assert.Equal(["{\"a\":{\"items\":[]}}", "{\"b\":\"}\"}"], list.Items.Select(item => Encoding.UTF8.GetString(item.Span)));
        Assert.Equal(("7", "tok"), (list.ResourceVersion, list.Continue));
    }

    [Fact]
    public void Empty_continue_is_the_last_page() =>
        Assert.Null(ListDocument.Parse("{\"metadata\":{\"continue\":\"\"},\"items\":null}"u8.ToArray()).Continue);

    [Fact]
    public void Model_type_knows_where_it_is_served()
    {
        ResourceType<V1Deployment> type = ResourceType.OfModel<V1Deployment>();

        Assert.Equal(new GroupVersionResource("apps", "v1", "deployments"), type.Resource);
        Assert.Equal("apps/v1", type.Decode("{\"metadata\":{\"name\":\"x\"}}"u8.ToArray()).ApiVersion);
    }

    [Fact]
    public void Identity_is_read_without_the_rest_of_the_document()
    {
        byte[] document = "{\"spec\":{\"metadata\":{\"name\":\"no\"}},\"metadata\":{\"labels\":{\"name\":\"no\"},\"name\":\"web\",\"namespace\":\"a\",\"resourceVersion\":\"12\",\"uid\":\"u\"},\"status\":{"u8.ToArray();

        ObjectIdentity identity = ObjectIdentity.Read(document);

        Assert.Equal(new ObjectIdentity(new ObjectKey("a", "web"), "u", "12"), identity);
    }

    [Fact]
    public void Model_with_a_field_of_any_shape_is_written_as_it_was_read()
    {
        byte[] revision = "{\"data\":{\"spec\":{\"a\":[1,null]}},\"revision\":1}"u8.ToArray();

        byte[] written = ModelJson.Encode(ModelJson.Decode<V1ControllerRevision>(revision));

        Assert.Contains("\"data\":{\"spec\":{\"a\":[1,null]}}", Encoding.UTF8.GetString(written), StringComparison.Ordinal);
    }
}
