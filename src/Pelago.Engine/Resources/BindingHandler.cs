// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>POST pods/NAME/binding and POST bindings: puts an unassigned pod on a node (kubernetes pkg/registry/core/pod/storage BindingREST).</summary>
internal sealed class BindingHandler(ResourceService service, ResourceRegistry registry, TimeProvider time) : IResourceHandler
{
    private static readonly GroupVersionKind Kind = new("", "v1", "Binding");
    private static readonly byte[] Created = KubeJson.ToUtf8(new JsonObject
    {
        ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201,
    });

    public async ValueTask<ResourceResult> CreateAsync(HandlerRequest request, CancellationToken cancel)
    {
        (JsonObject? json, ApiStatus? refused) = DocumentDecoder.DecodeForeign(request.Resource, Kind, new RequestBody(request.Body));
        if (json is null || refused is not null)
            return ResourceResult.Failed(refused!);
        var binding = new KubeObject(json);
        string name = request.Resource.Name.Length > 0 ? request.Resource.Name : binding.Name;
        if (binding.Name.Length > 0 && binding.Name != name)
            return ResourceResult.Failed(UnrecognizedBody.WrongName(binding.Name, name));
        if (Check(json, name) is { } invalid)
            return ResourceResult.Failed(invalid);
        ResourceKind pods = registry.Current.Find(new GroupResource("", "pods"))!;
        var pod = new ResourceRequest(request.Resource.User, pods, pods.PreferredVersion)
        {
            Namespace = request.Resource.Namespace, Name = name, Subresource = "binding",
        };
        ResourceResult bound = await service.ModifyAsync(pod, stored => Bind(stored, binding), request.Options.DryRun, cancel);
        return bound.IsSuccess ? ResourceResult.Of(Created, 201) : bound;
    }

    private static ApiStatus? Check(JsonObject binding, string name)
    {
        JsonObject? target = binding.Object("target");
        if (target?.String("kind") is { Length: > 0 } kind and not "Node")
        {
            return ApiStatus.Invalid("", Kind.Kind, name,
                [new StatusCause("FieldValueNotSupported", $"Unsupported value: {GoText.Quote(kind)}: supported values: \"Node\", \"<empty>\"", "target.kind")]);
        }

        return string.IsNullOrEmpty(target?.String("name"))
            ? ApiStatus.Invalid("", Kind.Kind, name, [new StatusCause("FieldValueRequired", "Required value", "target.name")])
            : null;
    }

    private ApiStatus? Bind(KubeObject pod, KubeObject binding)
    {
        ApiStatus Conflict(string why) => ApiStatus.Conflict(new GroupResource("", "pods/binding"), pod.Name, why);

        if (binding.Uid.Length > 0 && binding.Uid != pod.Uid)
            return Conflict($"Precondition failed: UID in precondition: {binding.Uid}, UID in object meta: {pod.Uid}");
        if (pod.IsDeleting)
            return Conflict($"pod {pod.Name} is being deleted, cannot be assigned to a host");
        JsonObject spec = pod.Json.ObjectOrNew("spec");
        if (spec.String("nodeName") is { Length: > 0 } node)
            return Conflict($"pod {pod.Name} is already assigned to node \"{node}\"");
        if (spec.Array("schedulingGates") is { Count: > 0 })
            return Conflict($"pod {pod.Name} has non-empty .spec.schedulingGates");
        spec["nodeName"] = binding.Json.At("target", "name")!.ToString();
        foreach ((string key, JsonNode? value) in binding.Annotations ?? [])
            pod.Metadata.ObjectOrNew("annotations")[key] = value?.DeepClone();
        SetScheduled(pod.Json.ObjectOrNew("status"), MetaTime.Now(time));
        return null;
    }

    private static void SetScheduled(JsonObject status, string now)
    {
        if (status.Array("conditions") is not { } conditions)
            status["conditions"] = conditions = [];
        JsonObject? scheduled = conditions.OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == "PodScheduled");
        if (scheduled is null)
        {
            conditions.Add((JsonNode)new JsonObject
            {
                ["type"] = "PodScheduled", ["status"] = "True", ["lastProbeTime"] = null, ["lastTransitionTime"] = now,
            });
            return;
        }

        if (scheduled.String("status") != "True")
            scheduled["lastTransitionTime"] = now;
        scheduled["status"] = "True";
        scheduled.Remove("reason");
        scheduled.Remove("message");
    }
}
