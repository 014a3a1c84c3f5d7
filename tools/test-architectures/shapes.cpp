// Tells, as JSON, what a tiny model of an architecture is made of: metadata, and names and sizes of tensors.
// Figures are those of llama.cpp's own test of architectures, which is compiled in; weights are written elsewhere.
//
//   shapes                                       every architecture, a line each: its name, and “plain” or “experts”
//   shapes NAME plain|experts [KEY=NUMBER …]     one of them, with figures that the test leaves out or has otherwise

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>

#define main static upstream_main
#include "test-llama-archs.cpp"
#undef main

const std::vector<std::pair<std::string, ggml_tensor *>> & llama_internal_get_tensor_map(const llama_model * model);

/** Tensors that the loader expected, and got, where it said so. */
static int expected = 0, got = 0;

static void read_log(ggml_log_level level, const char * text, void *) {
    static const std::regex counts("expected (\\d+), got (\\d+)");
    std::cmatch found;
    if (std::regex_search(text, found, counts)) {
        expected = std::stoi(found[1]);
        got = std::stoi(found[2]);
    }
    if (level >= GGML_LOG_LEVEL_ERROR && level != GGML_LOG_LEVEL_CONT) fputs(text, stderr);
}

static void leave_empty(ggml_tensor *, void *) {}

static llama_model_ptr make(gguf_context * metadata) {
    llama_model_params params = llama_model_default_params();
    params.progress_callback = silent_model_load_progress;
    return llama_model_ptr(llama_model_init_from_user(metadata, leave_empty, nullptr, params));
}

/** The loader counts the tensors that the metadata name, whether or not a model has them. */
static llama_model_ptr make_counted(gguf_context * metadata) {
    llama_model_ptr model = make(metadata);
    if (model || got <= expected) return model;
    for (int index = expected; index < got; index++) {
        ggml_tensor tensor;
        memset(&tensor, 0, sizeof(tensor));
        tensor.type = GGML_TYPE_F16;
        ggml_format_name(&tensor, "filler.%d", index);
        gguf_add_tensor(metadata, &tensor);
    }
    return make(metadata);
}

static std::string quoted(const std::string & text) {
    return "\"" + text + "\"";
}

static std::string number(double value) {
    if (!std::isfinite(value)) return "0";
    char text[32];
    snprintf(text, sizeof(text), "%.9g", value);
    return text;
}

static double read_number(gguf_type type, const void * data, size_t index) {
    switch (type) {
        case GGUF_TYPE_UINT32: return ((const uint32_t *) data)[index];
        case GGUF_TYPE_INT32: return ((const int32_t *) data)[index];
        case GGUF_TYPE_UINT64: return ((const uint64_t *) data)[index];
        case GGUF_TYPE_FLOAT32: return ((const float *) data)[index];
        case GGUF_TYPE_BOOL: return ((const int8_t *) data)[index];
        default: throw std::runtime_error(std::string("no such value: ") + gguf_type_name(type));
    }
}

/** A value as `{ "u32": 1 }`, `{ "f32s": [1, 2] }`. */
static std::string value_of(const gguf_context * metadata, int64_t key) {
    const gguf_type type = gguf_get_kv_type(metadata, key);
    if (type == GGUF_TYPE_STRING) return "{\"text\":" + quoted(gguf_get_val_str(metadata, key)) + "}";
    const bool many = type == GGUF_TYPE_ARRAY;
    const gguf_type inner = many ? gguf_get_arr_type(metadata, key) : type;
    const std::string name = gguf_type_name(inner);
    const size_t count = many ? gguf_get_arr_n(metadata, key) : 1;
    const void * data = many ? gguf_get_arr_data(metadata, key) : gguf_get_val_data(metadata, key);
    std::string values;
    for (size_t index = 0; index < count; index++) {
        if (index > 0) values += ",";
        const double value = read_number(inner, data, index);
        values += inner == GGUF_TYPE_BOOL ? (value != 0 ? "true" : "false") : number(value);
    }
    if (many) return "{\"" + name + "s\":[" + values + "]}";
    return "{\"" + name + "\":" + values + "}";
}

static void print_metadata(const gguf_context * metadata) {
    for (int64_t key = 0; key < gguf_get_n_kv(metadata); key++)
        printf("%s\n  %s: %s", key ? "," : "", quoted(gguf_get_key(metadata, key)).c_str(), value_of(metadata, key).c_str());
}

static void print_tensors(const llama_model * model) {
    std::map<std::string, bool> told;
    for (const auto & [name, tensor] : llama_internal_get_tensor_map(model)) {
        // Tied embeddings are in it twice.
        if (told[tensor->name]) continue;
        printf("%s\n  [%s", told.size() > 1 ? "," : "", quoted(tensor->name).c_str());
        told[tensor->name] = true;
        for (int axis = 0; axis < ggml_n_dims(tensor); axis++) printf(", %lld", (long long) tensor->ne[axis]);
        printf("]");
    }
}

static int list() {
    for (const llm_arch arch : llm_arch_all()) {
        if (arch == LLM_ARCH_UNKNOWN) continue;
        if (!moe_mandatory(arch)) printf("%s plain\n", llm_arch_name(arch));
        if (moe_implemented(arch)) printf("%s experts\n", llm_arch_name(arch));
    }
    return 0;
}

/** `KEY=NUMBER`, of the architecture unless the key is the tokenizer's. */
static void set_figure(gguf_context * metadata, const std::string & arch, const std::string & given) {
    const size_t at = given.find('=');
    const std::string key = given.substr(0, at);
    const std::string full = key.rfind("tokenizer.", 0) == 0 ? key : arch + "." + key;
    gguf_set_val_u32(metadata, full.c_str(), std::stoul(given.substr(at + 1)));
}

int main(int argc, char ** argv) {
    if (argc < 2) return list();
    llama_log_set(read_log, nullptr);
    ggml_backend_load_all_from_path(getenv("GGML_FOLDER"));
    const llm_arch arch = llm_arch_from_string(argv[1]);
    if (arch == LLM_ARCH_UNKNOWN) return 2;
    gguf_context_ptr metadata = get_gguf_ctx(arch, argc > 2 && strcmp(argv[2], "experts") == 0);
    for (int index = 3; index < argc; index++) set_figure(metadata.get(), argv[1], argv[index]);
    try {
        llama_model_ptr model = make_counted(metadata.get());
        if (!model) return 1;
        printf("{\"metadata\": {");
        print_metadata(metadata.get());
        printf("\n},\n\"tensors\": [");
        print_tensors(model.get());
        printf("\n]}\n");
        return 0;
    } catch (const std::exception & error) {
        fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
