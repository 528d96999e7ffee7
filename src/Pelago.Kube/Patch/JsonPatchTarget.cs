// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Patch;

/// <summary>The document that a JSON patch changes, operation by operation. Error texts are those of evanphx/json-patch 4.12.</summary>
internal sealed class JsonPatchTarget(JsonObject document)
{
    private const string Missing = "missing value";
    private const string InvalidIndex = "invalid index referenced";
    private readonly JsonPatchLimits _limits = new(document);

    /// <summary>The document so far: an object, or a list when an operation replaced the whole by one.</summary>
    public JsonNode Root { get; private set; } = document.DeepClone();

    public void Apply(JsonObject operation)
    {
        string kind = operation.String("op") ?? "unknown";
        switch (kind)
        {
            case "add":
                Add(operation);
                break;
            case "remove":
                Remove(operation);
                break;
            case "replace":
                Replace(operation);
                break;
            case "move":
                Move(operation);
                break;
            case "test":
                Test(operation);
                break;
            case "copy":
                Copy(operation);
                break;
            default:
                throw PatchException.Unprocessable($"Unexpected kind: {kind}");
        }
    }

    private void Add(JsonObject operation)
    {
        string path = operation.String("path") ?? throw Failed($"add operation failed to decode path: {Missing}");
        Place place = Find(path) ?? throw Failed($"add operation does not apply: doc is missing path: \"{path}\": {Missing}");
        JsonNode? value = operation["value"]?.DeepClone();
        _limits.OnPlaced(value, place.Depth);
        if (!place.TryAdd(value, out string error))
            throw Failed($"error in add for path: '{path}': {error}");
    }

    private void Remove(JsonObject operation)
    {
        string path = operation.String("path") ?? throw Failed($"remove operation failed to decode path: {Missing}");
        Place place = Find(path) ?? throw Failed($"remove operation does not apply: doc is missing path: \"{path}\": {Missing}");
        if (!place.TryRemove(out string error))
            throw Failed($"error in remove for path: '{path}': {error}");
    }

    private void Replace(JsonObject operation)
    {
        string path = Field(operation, "path", "replace");
        JsonNode? value = operation["value"]?.DeepClone();
        if (path.Length == 0)
        {
            // A scalar in the document's place changes nothing: the library loses that error.
            _limits.OnPlaced(value, 0);
            Root = value is JsonObject or JsonArray ? value : Root;
            return;
        }
        Place place = Find(path) ?? throw Failed($"replace operation does not apply: doc is missing path: {path}: {Missing}");
        if (!place.TryGet(out _, out _))
            throw Failed($"replace operation does not apply: doc is missing key: {path}: {Missing}");
        _limits.OnPlaced(value, place.Depth);
        place.Set(value);
    }

    private void Move(JsonObject operation)
    {
        string from = Field(operation, "from", "move");
        Place source = Find(from) ?? throw Failed($"move operation does not apply: doc is missing from path: {from}: {Missing}");
        if (!source.TryGet(out JsonNode? value, out string error) || !source.TryRemove(out error))
            throw Failed($"error in move for path: '{source.Key}': {error}");
        string path = Field(operation, "path", "move");
        Place place = Find(path) ?? throw Failed($"move operation does not apply: doc is missing destination path: {path}: {Missing}");
        if (!place.TryAdd(value, out error))
            throw Failed($"error in move for path: '{path}': {error}");
        _limits.OnMoved(Root, source.Depth, place.Depth);
    }

    private void Copy(JsonObject operation)
    {
        string from = Field(operation, "from", "copy");
        Place source = Find(from) ?? throw Failed($"copy operation does not apply: doc is missing from path: {from}: {Missing}");
        if (!source.TryGet(out JsonNode? value, out string error))
            throw Failed($"error in copy for from: '{from}': {error}");
        string path = operation.String("path") ?? throw Failed($"copy operation failed to decode path: {Missing}");
        Place place = Find(path) ?? throw Failed($"copy operation does not apply: doc is missing destination path: {path}: {Missing}");
        _limits.OnCopied(value);
        JsonNode? copy = value?.DeepClone();
        _limits.OnPlaced(copy, place.Depth);
        if (!place.TryAdd(copy, out error))
            throw Failed($"error while adding value during copy: {error}");
    }

    private void Test(JsonObject operation)
    {
        string path = Field(operation, "path", "test");
        JsonNode? actual = Root;
        if (path.Length > 0)
        {
            Place place = Find(path) ?? throw Failed($"test operation does not apply: is missing path: {path}: {Missing}");
            if (!place.TryGet(out actual, out string error))
                throw Failed($"error in test for path: '{path}': {error}");
        }
        if (!operation.TryGetPropertyValue("value", out JsonNode? expected) || !JsonEquality.DeepEquals(actual, expected))
            throw Failed($"testing value {path} failed: test failed");
    }

    /// <summary>The container that holds what a pointer names, and the key in it; null when the way there does not exist.</summary>
    private Place? Find(string pointer)
    {
        if (JsonPointer.Tokens(pointer) is not { } tokens)
            return null;
        JsonNode container = Root;
        foreach (string token in tokens.AsSpan(0, tokens.Length - 1))
        {
            if (!new Place(container, token, 0).TryGet(out JsonNode? next, out _) || next is not (JsonObject or JsonArray))
                return null;
            container = next;
        }
        return new Place(container, tokens[^1], tokens.Length);
    }

    private static string Field(JsonObject operation, string name, string kind)
    {
        string what = name == "path" ? "operation missing path field" : "operation, missing from field";
        return operation.String(name) ?? throw Failed($"{kind} operation failed to decode {name}: {what}: {Missing}");
    }

    private static PatchException Failed(string message) => PatchException.Unprocessable(message);

    /// <summary>A key in an object or a list; <see cref="Depth"/> is the number of containers above the value.</summary>
    private readonly record struct Place(JsonNode Container, string Key, int Depth)
    {
        /// <summary>The value there; a field that an object lacks reads as null.</summary>
        public bool TryGet(out JsonNode? value, out string error)
        {
            value = null;
            error = "";
            if (Container is JsonObject json)
                json.TryGetPropertyValue(Key, out value);
            else if (TryIndex(((JsonArray)Container).Count, Container.AsArray().Count - 1, out int index, out error))
                value = Container[index];
            return error.Length == 0;
        }

        public bool TryAdd(JsonNode? value, out string error)
        {
            error = "";
            if (Container is JsonObject json)
                json[Key] = value;
            else if (Key == "-")
                Container.AsArray().Add(value);
            else if (!JsonPointer.TryIndex(Key, out _, out error))
                error = $"value was not a proper array index: '{Key}': {error}";
            else if (TryIndex(Container.AsArray().Count + 1, Container.AsArray().Count, out int index, out error))
                Container.AsArray().Insert(index, value);
            return error.Length == 0;
        }

        public bool TryRemove(out string error)
        {
            error = "";
            if (Container is JsonObject json)
                error = json.Remove(Key) ? "" : $"Unable to remove nonexistent key: {Key}: {Missing}";
            else if (TryIndex(Container.AsArray().Count, Container.AsArray().Count - 1, out int index, out error))
                Container.AsArray().RemoveAt(index);
            return error.Length == 0;
        }

        /// <summary>Puts a value where <see cref="TryGet"/> succeeded.</summary>
        public void Set(JsonNode? value)
        {
            if (Container is JsonObject json)
                json[Key] = value;
            else if (TryIndex(Container.AsArray().Count, Container.AsArray().Count - 1, out int index, out _))
                Container.AsArray()[index] = value;
        }

        private bool TryIndex(int fromEnd, int highest, out int index, out string error)
        {
            if (!JsonPointer.TryIndex(Key, out index, out error))
                return false;
            if (index > highest || index < -fromEnd)
                error = $"Unable to access invalid index: {index}: {InvalidIndex}";
            else if (index < 0)
                index += fromEnd;
            return error.Length == 0;
        }
    }
}
